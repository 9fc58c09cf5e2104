#include "cgroup_mounts.hpp"

#include <algorithm>
#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"

namespace jailctl::lifecycle {
namespace {

/// The next word up to `separator`; `text` is advanced behind it.
std::string_view take(std::string_view& text, char separator) {
    const auto end = std::min(text.find(separator), text.size());
    const auto word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return word;
}

/// Blank, tab, newline and backslash stand as \ooo in mountinfo.
std::string unescape(std::string_view text) {
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '\\' || at + 3 >= text.size()) {
            plain += text[at];
            continue;
        }
        plain += static_cast<char>((text[at + 1] - '0') * 64 + (text[at + 2] - '0') * 8 + (text[at + 3] - '0'));
        at += 3;
    }
    return plain;
}

void add_line(CgroupMounts& mounts, std::string_view line) {
    const auto dash = line.find(" - ");
    if (dash == std::string_view::npos) return;
    std::string_view after = line.substr(dash + 3);
    const auto type = take(after, ' ');
    if (type != "cgroup" && type != "cgroup2") return;
    for (int skipped = 0; skipped < 3; ++skipped) take(line, ' ');  // id, parent, device
    if (take(line, ' ') != "/") return;                            // a part of a hierarchy, bound somewhere
    CgroupMount mount{unescape(take(line, ' ')), {}};
    if (type == "cgroup2") {
        if (!mounts.unified) mounts.unified = std::move(mount);
        return;
    }
    take(after, ' ');  // source
    while (!after.empty()) mount.controllers.emplace_back(take(after, ','));
    mounts.v1.push_back(std::move(mount));
}

}  // namespace

const CgroupMount* CgroupMounts::v1_with(std::string_view controller) const noexcept {
    for (const auto& mount : v1)
        if (std::find(mount.controllers.begin(), mount.controllers.end(), controller) != mount.controllers.end())
            return &mount;
    return nullptr;
}

CgroupMounts parse_cgroup_mounts(std::string_view mountinfo) {
    CgroupMounts mounts;
    while (!mountinfo.empty()) add_line(mounts, take(mountinfo, '\n'));
    return mounts;
}

CgroupMounts cgroup_mounts() {
    const UniqueFd file{::open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC)};
    if (!file) throw_errno("cannot open /proc/self/mountinfo");
    std::string text;
    char part[16384];
    for (ssize_t got = 0; (got = ::read(file.get(), part, sizeof part)) != 0;) {
        if (got < 0) throw_errno("cannot read /proc/self/mountinfo");
        text.append(part, static_cast<std::size_t>(got));
    }
    return parse_cgroup_mounts(text);
}

UniqueFd open_unified(const CgroupMounts& mounts) {
    if (mounts.unified) {
        UniqueFd root{::open(mounts.unified->path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
        if (!root) throw_errno("cannot open the cgroup2 hierarchy at " + mounts.unified->path);
        return root;
    }
    const UniqueFd context{::fsopen("cgroup2", FSOPEN_CLOEXEC)};
    if (!context) throw Error(Errc::unsupported, "this kernel has no cgroup2", last_error());
    if (::fsconfig(context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) != 0)
        throw Error(Errc::unsupported, "cgroup2 cannot be mounted", last_error());
    UniqueFd root{::fsmount(context.get(), FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)};
    if (!root) throw Error(Errc::unsupported, "cgroup2 cannot be mounted", last_error());
    return root;
}

}  // namespace jailctl::lifecycle
