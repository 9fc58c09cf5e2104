#include "jailctl/sdk/cgroup_mounts.hpp"

#include <algorithm>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/mounts.hpp"

namespace jailctl {
namespace {

std::vector<std::string> words_of(std::string_view list) {
    std::vector<std::string> words;
    while (!list.empty()) {
        const auto end = std::min(list.find(','), list.size());
        words.emplace_back(list.substr(0, end));
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return words;
}

CgroupMounts among(const std::vector<Mount>& all) {
    CgroupMounts mounts;
    for (const Mount& mount : all) {
        if (mount.root != "/") continue;  // a part of a hierarchy, bound somewhere
        if (mount.type == "cgroup") mounts.v1.push_back({mount.point, words_of(mount.options)});
        if (mount.type == "cgroup2" && !mounts.unified) mounts.unified = CgroupMount{mount.point, {}};
    }
    return mounts;
}

/// Whether the root of the hierarchy, and not a part of it, is at `path`. Known for the namespace the kernel started
/// with only: in another the root that is seen is an ordinary directory.
bool is_whole_unified(const char* path) {
    constexpr ino_t root_of_hierarchy = 1, first_namespace = 0xEFFFFFFB;  // kernfs; PROC_CGROUP_INIT_INO
    struct statfs kind{};
    struct stat root{}, own{};
    return ::statfs(path, &kind) == 0 && kind.f_type == CGROUP2_SUPER_MAGIC && ::stat(path, &root) == 0 &&
           root.st_ino == root_of_hierarchy && ::stat("/proc/self/ns/cgroup", &own) == 0 &&
           own.st_ino == first_namespace;
}

}  // namespace

const CgroupMount* CgroupMounts::v1_with(std::string_view controller) const noexcept {
    for (const auto& mount : v1)
        if (std::find(mount.controllers.begin(), mount.controllers.end(), controller) != mount.controllers.end())
            return &mount;
    return nullptr;
}

CgroupMounts parse_cgroup_mounts(std::string_view mountinfo) { return among(parse_mounts(mountinfo)); }

const CgroupMounts& cgroup_mounts() {
    static const CgroupMounts mounts = among(current_mounts());
    return mounts;
}

const std::string& unified_path() {
    static const std::string path = [] {
        for (const char* usual : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"})
            if (is_whole_unified(usual)) return std::string(usual);
        return cgroup_mounts().unified ? cgroup_mounts().unified->path : std::string();
    }();
    return path;
}

UniqueFd open_unified() {
    if (const std::string& path = unified_path(); !path.empty()) {
        UniqueFd root{::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
        if (!root) throw_errno("cannot open the cgroup2 hierarchy at " + path);
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

}  // namespace jailctl
