#include "isolate.hpp"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace jailctl::tree {
namespace {

constexpr std::uint64_t harmless = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;

/// A file system without idmapped mounts: what it holds, and what to do.
struct Unmapped {
    const char *sentence, *hint;
};
constexpr Unmapped root_unmapped{"the file system of the jail's root cannot map ids",
                                 "put it on ext4, xfs, btrfs, or ZFS from 2.2 on"};
constexpr Unmapped source_unmapped{
    "the directory to copy from is on a file system that cannot map ids, as overlay and NFS",
    "copy it to ext4, xfs or btrfs first, or through a running jail: "
    "tar -C DIR -c . | jailctl exec JAIL -- tar -C /THERE -x"};

void set_attributes(const UniqueFd& mount, std::uint64_t attributes, int userns, const Unmapped& refusal) {
    mount_attr wanted{};
    wanted.attr_set = attributes;
    if ((attributes & MOUNT_ATTR__ATIME) != 0) wanted.attr_clr = MOUNT_ATTR__ATIME;  // the kernel asks for both
    wanted.propagation = MS_PRIVATE;
    if (userns >= 0) {
        wanted.attr_set |= MOUNT_ATTR_IDMAP;
        wanted.userns_fd = static_cast<std::uint64_t>(userns);
    }
    if (::mount_setattr(mount.get(), "", AT_EMPTY_PATH, &wanted, sizeof wanted) == 0) return;
    if (errno == EINVAL && userns >= 0)
        throw Error(Errc::unsupported, refusal.sentence, last_error()).with_hint(refusal.hint);
    throw_errno("cannot set the flags of the helper's mount");
}

/// A mount of its own whose root is the directory: there is nothing above it, so ".." stays where it is.
UniqueFd detached_clone(int directory, bool read_only, int userns, const Unmapped& refusal) {
    UniqueFd mount{::open_tree(directory, "", AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC)};
    if (!mount) throw_errno("cannot clone the mount of a tree");
    set_attributes(mount, harmless | MOUNT_ATTR_NOATIME | (read_only ? MOUNT_ATTR_RDONLY : 0), userns, refusal);
    return mount;
}

UniqueFd empty_tmpfs() {
    const UniqueFd context{::fsopen("tmpfs", FSOPEN_CLOEXEC)};
    if (!context) throw_errno("cannot make an empty root for the tree helper");
    if (::fsconfig(context.get(), FSCONFIG_SET_STRING, "size", "4k", 0) != 0 ||
        ::fsconfig(context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) != 0)
        throw_errno("cannot make an empty root for the tree helper");
    UniqueFd mount{::fsmount(context.get(), FSMOUNT_CLOEXEC, static_cast<unsigned>(harmless | MOUNT_ATTR_RDONLY))};
    if (!mount) throw_errno("cannot make an empty root for the tree helper");
    return mount;
}

void detach_from_parent_directories(Request& request) {
    for (auto& [role, fd] : request.descriptors) {
        struct stat facts{};
        if (::fstat(fd, &facts) != 0) throw_errno("descriptor '" + role + "' of the tree helper");
        if (!S_ISDIR(facts.st_mode)) continue;
        UniqueFd clone = detached_clone(fd, true, request.userns, source_unmapped);
        UniqueFd readable{::openat(clone.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
        if (!readable) throw_errno("cannot open the tree '" + role + "'");
        ::close(fd);
        fd = readable.release();
        // The mount lives as long as the descriptor does: a clone is dissolved when the one that made it is closed.
        (void)clone.release();
    }
}

/// `mount` becomes "/" and the old root disappears. It is put on top of the old "/" first: pivot_root wants a mount
/// point of this namespace, and no path of the host is needed for that.
void pivot_into(const UniqueFd& mount) {
    if (::move_mount(mount.get(), "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) != 0)
        throw_errno("cannot attach the root of the tree helper");
    if (::fchdir(mount.get()) != 0 || ::syscall(SYS_pivot_root, ".", ".") != 0)
        throw_errno("cannot enter the root of the tree helper");
    if (::umount2(".", MNT_DETACH) != 0) throw_errno("cannot leave the root of the host");
    if (::chdir("/") != 0) throw_errno("cannot enter the root of the tree helper");
}

void become_root_of(int userns) {
    if (::setns(userns, CLONE_NEWUSER) != 0) throw_errno("cannot join the user namespace of the jail");
    if (::setgroups(0, nullptr) != 0 || ::setresgid(0, 0, 0) != 0 || ::setresuid(0, 0, 0) != 0)
        throw_errno("cannot become root in the user namespace of the jail");
}

void die_with_parent() {
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) throw_errno("cannot tie the tree helper to its parent");
}

}  // namespace

UniqueFd isolate(Request& request) {
    die_with_parent();
    const UniqueFd mount = request.root >= 0
                               ? detached_clone(request.root, request.read_only, request.userns, root_unmapped)
                               : empty_tmpfs();
    detach_from_parent_directories(request);
    if (::unshare(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS) != 0)
        throw_errno("cannot make namespaces for the tree helper");
    if (::mount("", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
        throw_errno("cannot separate the helper's mounts");
    pivot_into(mount);
    if (request.root >= 0) ::close(request.root);
    if (request.userns >= 0) {
        become_root_of(request.userns);
        ::close(request.userns);
    }
    UniqueFd root;
    if (request.root >= 0) {
        root.reset(::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!root) throw_errno("cannot open the root of the job");
    }
    request.root = request.userns = -1;
    confine(!request.id_base);
    die_with_parent();  // a change of ids or capabilities forgets it
    return root;
}

}  // namespace jailctl::tree
