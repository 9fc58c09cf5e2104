#include "jailctl/sdk/mounts.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <climits>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl {

namespace {

constexpr std::size_t mountinfo_cap = 64U << 20U;

bool octal(char c) { return c >= '0' && c <= '7'; }

// The kernel writes blank, tab, newline and backslash of a path as \ooo.
std::string unescape(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 3 < text.size() && octal(text[i + 1]) && octal(text[i + 2]) && octal(text[i + 3])) {
            out += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
            i += 3;
        } else {
            out += text[i];
        }
    }
    return out;
}

// The next word up to `separator`; `text` is advanced behind it.
std::string_view take(std::string_view& text, char separator) {
    const auto end = std::min(text.find(separator), text.size());
    const auto word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return word;
}

// "id parent device root point options [optional...] - type source options"
std::optional<Mount> parse_line(std::string_view line) {
    const auto dash = line.find(" - ");
    if (dash == std::string_view::npos) return std::nullopt;
    std::string_view after = line.substr(dash + 3);
    Mount mount;
    const auto id = take(line, ' ');
    if (std::from_chars(id.data(), id.data() + id.size(), mount.id).ec != std::errc{}) return std::nullopt;
    for (int skipped = 0; skipped < 2; ++skipped) take(line, ' ');
    mount.root = unescape(take(line, ' '));
    mount.point = unescape(take(line, ' '));
    mount.type = take(after, ' ');
    mount.source = unescape(take(after, ' '));
    mount.options = after;
    if (!mount.point.starts_with('/')) return std::nullopt;
    return mount;
}

std::string table_of_this_process() {
    const UniqueFd table{::open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC)};
    if (!table) throw_errno("cannot open /proc/self/mountinfo");
    std::string text;
    std::array<char, 65536> chunk;  // not set to zero: sixteen pages that the kernel fills as far as it has to say
    for (;;) {
        const ssize_t count = ::read(table.get(), chunk.data(), chunk.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) throw_errno("cannot read /proc/self/mountinfo");
        if (count == 0) return text;
        text.append(chunk.data(), static_cast<std::size_t>(count));
        if (text.size() > mountinfo_cap) throw Error(Errc::io, "/proc/self/mountinfo is larger than it can be");
    }
}

std::string real_path(int directory) {
    std::array<char, PATH_MAX> buffer{};
    const std::string link = "/proc/self/fd/" + std::to_string(directory);
    const ssize_t length = ::readlink(link.c_str(), buffer.data(), buffer.size());
    if (length < 0) throw_errno("cannot read " + link);
    return {buffer.data(), static_cast<std::size_t>(length)};
}

}  // namespace

std::vector<Mount> parse_mounts(std::string_view mountinfo) {
    std::vector<Mount> mounts;
    while (!mountinfo.empty())
        if (auto mount = parse_line(take(mountinfo, '\n'))) mounts.push_back(std::move(*mount));
    return mounts;
}

std::vector<Mount> current_mounts() { return parse_mounts(table_of_this_process()); }

std::optional<Standing> standing_of(int directory) {
    struct statx found {};
    if (::statx(directory, "", AT_EMPTY_PATH, STATX_MNT_ID, &found) != 0) throw_errno("cannot look at a directory");
    const std::string path = real_path(directory);
    for (auto& mount : current_mounts()) {
        if (mount.id != found.stx_mnt_id) continue;
        const std::string above = mount.point == "/" ? "" : mount.point;
        if (path != mount.point && !path.starts_with(above + "/")) return std::nullopt;
        const std::string top = mount.root == "/" ? "" : mount.root;
        std::string below = top + (path == mount.point ? "" : path.substr(above.size()));
        return Standing{std::move(mount), below.empty() ? "/" : std::move(below)};
    }
    return std::nullopt;
}

std::vector<std::string> mounts_in(std::string_view mountinfo, const std::string& directory) {
    std::vector<std::string> found;
    for (auto& mount : parse_mounts(mountinfo))
        if (mount.point == directory || mount.point.starts_with(directory + "/"))
            found.push_back(std::move(mount.point));
    return found;
}

std::vector<std::string> mounts_below(const std::filesystem::path& root) {
    const UniqueFd parent = open_root_parent(root, false);
    const std::string directory = real_path(parent.get()) + "/" + root.filename().string();
    return mounts_in(table_of_this_process(), directory);
}

void require_nothing_mounted(const std::filesystem::path& root) {
    const auto mounts = mounts_below(root);
    if (mounts.empty()) return;
    throw Error(Errc::busy, "something is mounted on " + escape_name(mounts.front()) +
                                (mounts.size() > 1 ? " and " + std::to_string(mounts.size() - 1) + " places more" : ""))
        .with_hint("'umount " + shell_word(mounts.front()) + "', and try again");
}

}  // namespace jailctl
