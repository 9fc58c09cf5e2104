// Detached mounts for programs that are started in a mount namespace of their own.
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <string>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/views.hpp"

namespace jailctl {

UniqueFd directory_mount(int directory) {
    UniqueFd mount{::open_tree(directory, "", AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC)};
    if (!mount) throw_errno("cannot clone the mount of a directory");
    return mount;
}

UniqueFd tree_view(int directory, View view) {
    UniqueFd mount = directory_mount(directory);
    mount_attr wanted{};
    wanted.attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_NOSYMFOLLOW |
                      MOUNT_ATTR_NOATIME;
    if (view == View::read_only) wanted.attr_set |= MOUNT_ATTR_RDONLY;
    wanted.attr_clr = MOUNT_ATTR__ATIME;
    wanted.propagation = MS_PRIVATE;
    if (::mount_setattr(mount.get(), "", AT_EMPTY_PATH, &wanted, sizeof wanted) != 0)
        throw_errno("cannot set the flags of a view of a tree");
    return mount;
}

UniqueFd scratch_mount(std::uint64_t bytes) {
    const UniqueFd context{::fsopen("tmpfs", FSOPEN_CLOEXEC)};
    const std::string size = std::to_string(bytes);
    if (!context || ::fsconfig(context.get(), FSCONFIG_SET_STRING, "size", size.c_str(), 0) != 0 ||
        ::fsconfig(context.get(), FSCONFIG_SET_STRING, "mode", "0700", 0) != 0 ||
        ::fsconfig(context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) != 0)
        throw_errno("cannot make a file system in memory");
    constexpr unsigned harmless = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_NOSYMFOLLOW;
    UniqueFd mount{::fsmount(context.get(), FSMOUNT_CLOEXEC, harmless)};
    if (!mount) throw_errno("cannot make a file system in memory");
    return mount;
}

}  // namespace jailctl
