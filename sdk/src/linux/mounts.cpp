#include "jailctl/sdk/mounts.hpp"

#include <array>
#include <climits>
#include <fcntl.h>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/rootfs.hpp"

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

// Field 5 of a line: the mount point.
std::string_view mount_point(std::string_view line) {
    for (int field = 1; field < 5; ++field) {
        const auto blank = line.find(' ');
        if (blank == std::string_view::npos) return {};
        line.remove_prefix(blank + 1);
    }
    return line.substr(0, line.find(' '));
}

std::string real_path(int directory) {
    std::array<char, PATH_MAX> buffer{};
    const std::string link = "/proc/self/fd/" + std::to_string(directory);
    const ssize_t length = ::readlink(link.c_str(), buffer.data(), buffer.size());
    if (length < 0) throw_errno("cannot read " + link);
    return {buffer.data(), static_cast<std::size_t>(length)};
}

}  // namespace

std::vector<std::string> mounts_in(std::string_view mountinfo, const std::string& directory) {
    std::vector<std::string> found;
    while (!mountinfo.empty()) {
        const auto end = mountinfo.find('\n');
        const std::string point = unescape(mount_point(mountinfo.substr(0, end)));
        if (point == directory || point.starts_with(directory + "/")) found.push_back(point);
        if (end == std::string_view::npos) break;
        mountinfo.remove_prefix(end + 1);
    }
    return found;
}

std::vector<std::string> mounts_below(const std::filesystem::path& root) {
    const UniqueFd parent = open_root_parent(root, false);
    const std::string directory = real_path(parent.get()) + "/" + root.filename().string();
    const UniqueFd table{::open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC)};
    if (!table) throw_errno("cannot open /proc/self/mountinfo");
    std::string text;
    std::array<char, 65536> chunk{};
    for (;;) {
        const ssize_t count = ::read(table.get(), chunk.data(), chunk.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) throw_errno("cannot read /proc/self/mountinfo");
        if (count == 0) break;
        text.append(chunk.data(), static_cast<std::size_t>(count));
        if (text.size() > mountinfo_cap) throw Error(Errc::io, "/proc/self/mountinfo is larger than it can be");
    }
    return mounts_in(text, directory);
}

}  // namespace jailctl
