#include "mounts.hpp"

#include <cerrno>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"

namespace jailctl::lifecycle {
namespace {

constexpr auto zfs_magic = 0x2fc12fc1;  // ZFS_SUPER_MAGIC, in no header of the kernel's

[[noreturn]] void cannot_map(int mount, const std::string& root) {
    const auto cause = last_error();
    if (cause.value() != EINVAL && cause.value() != EPERM && cause.value() != EOPNOTSUPP)
        throw Error(code_of(cause), "cannot map the ids of " + root, cause);
    struct statfs info {};
    const char* type = "the file system";
    if (::fstatfs(mount, &info) == 0) {
        if (info.f_type == OVERLAYFS_SUPER_MAGIC) type = "overlay";
        if (info.f_type == NFS_SUPER_MAGIC) type = "NFS";
        if (info.f_type == zfs_magic) type = "ZFS (before 2.2)";
        if (info.f_type == TMPFS_MAGIC) type = "tmpfs (before Linux 6.3)";
    }
    throw Error(Errc::unsupported,
                std::string(type) + " of " + root +
                    " cannot be mounted with the jail's id map, and no "
                    "jail is started without its own user namespace",
                cause)
        .with_hint("put the jail on ext4, xfs, btrfs, f2fs, ZFS from 2.2 on, or (Linux 6.3 and newer) tmpfs");
}

/// A clone of a shared mount, as systemd makes all of a host's, is a peer of it: what the jail mounts on the one would
/// appear on the other, and the kernel pivots to no shared mount.
void part_from_host(int mount) {
    mount_attr wanted{};
    wanted.propagation = MS_PRIVATE;
    if (::mount_setattr(mount, "", AT_EMPTY_PATH, &wanted, sizeof wanted) != 0)
        throw_errno("cannot part a mount of the jail from the host's");
}

}  // namespace

UniqueFd clone_root(int directory) {
    UniqueFd mount{::open_tree(directory, "", AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC)};
    if (!mount) throw_errno("cannot clone the mount of the jail's root");
    part_from_host(mount.get());
    return mount;
}

void map_ids(int mount, int user_namespace, const std::string& root) {
    mount_attr attributes{};
    attributes.attr_set = MOUNT_ATTR_IDMAP | MOUNT_ATTR_NODEV;
    attributes.userns_fd = static_cast<std::uint64_t>(user_namespace);
    if (::mount_setattr(mount, "", AT_EMPTY_PATH, &attributes, sizeof attributes) != 0) cannot_map(mount, root);
}

UniqueFd new_mount(const char* type, const MountOptions& options, std::uint64_t attributes) {
    const auto check = [type](long result) {
        if (result < 0) throw_errno(std::string("cannot make the jail's ") + type);
        return static_cast<int>(result);
    };
    const UniqueFd context{check(::fsopen(type, FSOPEN_CLOEXEC))};
    for (const auto& [key, value] : options)
        check(::fsconfig(context.get(), FSCONFIG_SET_STRING, key, value.c_str(), 0));
    check(::fsconfig(context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0));
    return UniqueFd{check(::fsmount(context.get(), FSMOUNT_CLOEXEC, static_cast<unsigned>(attributes)))};
}

UniqueFd make_sysfs() {
    return new_mount("sysfs", {}, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_RDONLY);
}

bool attach_if_there(int mount, int at, const char* name) {
    UniqueFd target;
    if (*name != '\0') {
        open_how how{};
        how.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC;
        how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
        target = UniqueFd{static_cast<int>(::syscall(SYS_openat2, at, name, &how, sizeof how))};
        if (!target && errno == ENOENT) return false;
        if (!target) throw_errno(std::string("cannot open ") + name + " of the jail to mount on it");
        at = target.get();
    }
    if (::move_mount(mount, "", at, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) != 0)
        throw_errno(std::string("cannot mount on /") + name + " of the jail");
    return true;
}

void attach(int mount, int at, const char* name) {
    if (attach_if_there(mount, at, name)) return;
    throw Error(Errc::not_found, std::string("/") + name + " is missing in the jail");
}

UniqueFd clone_of(int at, const char* name) {
    const unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_SYMLINK_NOFOLLOW |
                           (*name == '\0' ? static_cast<unsigned>(AT_EMPTY_PATH) : 0U);
    UniqueFd mount{::open_tree(at, name, flags)};
    if (!mount && errno != ENOENT) throw_errno(std::string("cannot clone the mount of ") + name);
    if (mount) part_from_host(mount.get());
    return mount;
}

void restrict_mount(int mount, std::uint64_t attributes) {
    mount_attr wanted{};
    wanted.attr_set = attributes;
    if (::mount_setattr(mount, "", AT_EMPTY_PATH, &wanted, sizeof wanted) != 0)
        throw_errno("cannot restrict a mount of the jail");
}

}  // namespace jailctl::lifecycle
