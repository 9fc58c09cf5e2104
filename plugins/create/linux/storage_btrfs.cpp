#include "storage_btrfs.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <linux/btrfs.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/mounts.hpp"
#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/tree_hold.hpp"

namespace jailctl::create {

namespace fs = std::filesystem;

namespace {

constexpr ino_t subvolume_inode = 256;  // BTRFS_FIRST_FREE_OBJECTID: the top directory of every subvolume

bool on_btrfs(int directory) {
    struct statfs facts {};
    return ::fstatfs(directory, &facts) == 0 && facts.f_type == BTRFS_SUPER_MAGIC;
}

bool is_subvolume(int directory) {
    struct stat facts {};
    return on_btrfs(directory) && ::fstat(directory, &facts) == 0 && facts.st_ino == subvolume_inode;
}

UniqueFd open_directory(const fs::path& path) {
    return UniqueFd{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
}

template <class Arguments>
void put_name(Arguments& arguments, const std::string& name) {
    if (name.size() >= sizeof arguments.name) throw Error(Errc::invalid, "'" + name + "' is too long for a subvolume");
    std::memcpy(arguments.name, name.c_str(), name.size() + 1);
}

bool has_subvolumes(int root) {
    btrfs_ioctl_get_subvol_rootref_args found{};
    // EOVERFLOW: more than fit; any other failure leaves the question open, and that counts as yes.
    return ::ioctl(root, BTRFS_IOC_GET_SUBVOL_ROOTREF, &found) != 0 || found.num_items > 0;
}

/// A snapshot is read-only; what has to be emptied file by file must not be.
void make_writable(int parent, const std::string& name) {
    const UniqueFd tree{::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    std::uint64_t flags = 0;
    if (!tree || ::ioctl(tree.get(), BTRFS_IOC_SUBVOL_GETFLAGS, &flags) != 0 || (flags & BTRFS_SUBVOL_RDONLY) == 0)
        return;
    flags &= ~static_cast<std::uint64_t>(BTRFS_SUBVOL_RDONLY);
    if (::ioctl(tree.get(), BTRFS_IOC_SUBVOL_SETFLAGS, &flags) != 0) throw_errno("cannot make " + name + " writable");
}

}  // namespace

void BtrfsStorage::make(const fs::path& root, const std::string& name) {
    require_staging_name(name);
    const UniqueFd parent = open_root_parent(root, true);
    require_nothing_mounted(root);
    const std::string path = (root.parent_path() / name).string();
    btrfs_ioctl_vol_args arguments{};
    put_name(arguments, name);
    if (::ioctl(parent.get(), BTRFS_IOC_SUBVOL_CREATE, &arguments) != 0) {
        const auto cause = last_error();
        if (cause == std::errc::inappropriate_io_control_operation)
            throw Error(Errc::unsupported,
                        root.parent_path().string() + " is not on btrfs, and STORAGE=btrfs was asked for");
        require_unheld(path);
        throw Error(cause == std::errc::file_exists ? Errc::exists : code_of(cause),
                    "cannot make the subvolume " + path, cause);
    }
    hold_entry(parent.get(), name, root);
    if (::fchmodat(parent.get(), name.c_str(), 0700, 0) != 0) throw_errno("cannot set the mode of " + path);
    sync_fd(parent.get(), root.parent_path().string());
}

void BtrfsStorage::remove(const fs::path& root, const std::string& name) {
    require_staging_name(name);
    const UniqueFd parent = open_directory(root.parent_path());
    if (!parent) return DirStorage::remove(root, name);
    const HeldEntry held(parent.get(), name, root);
    if (held.gone()) return;
    require_nothing_mounted(root.parent_path() / name);
    btrfs_ioctl_vol_args arguments{};
    put_name(arguments, name);
    if (::ioctl(parent.get(), BTRFS_IOC_SNAP_DESTROY, &arguments) == 0)
        return sync_fd(parent.get(), root.parent_path().string());
    make_writable(parent.get(), name);
    DirStorage::remove(root, name);
}

bool BtrfsStorage::suits(const fs::path& root) {
    if (const UniqueFd there = open_directory(root)) {
        struct stat facts {};
        if (is_subvolume(there.get())) return true;
        // For a root to be made it is an empty directory, which what is made replaces.
        if (::fstat(there.get(), &facts) != 0 || !Rootfs::open(root).empty()) return false;
    }
    return on_btrfs(nearest_directory(root).get());
}

std::string BtrfsStorage::no_snapshot_because(const fs::path& root) {
    const UniqueFd tree = open_directory(root);
    if (!tree || !is_subvolume(tree.get())) return "it is a plain directory, not a subvolume";
    if (has_subvolumes(tree.get())) return "there are subvolumes in it, which a snapshot leaves out";
    return {};
}

void BtrfsStorage::snapshot(const fs::path& root, const std::string& name) {
    require_staging_name(name);
    const std::string path = (root.parent_path() / name).string();
    const auto reason = no_snapshot_because(root);
    if (!reason.empty()) throw Error(Errc::unsupported, "no snapshot of " + root.string() + " can be taken: " + reason);
    const UniqueFd parent = open_root_parent(root, false);
    const UniqueFd tree{
        ::openat(parent.get(), root.filename().c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    if (!tree) throw_errno("cannot open " + root.string());
    btrfs_ioctl_vol_args_v2 arguments{};
    arguments.fd = tree.get();
    arguments.flags = BTRFS_SUBVOL_RDONLY;
    put_name(arguments, name);
    if (::ioctl(parent.get(), BTRFS_IOC_SNAP_CREATE_V2, &arguments) != 0)
        throw_errno("cannot take the snapshot " + path);
    hold_entry(parent.get(), name, root);
}

}  // namespace jailctl::create
