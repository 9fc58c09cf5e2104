#include "storage_zfs.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <linux/openat2.h>
#include <optional>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/interrupt.hpp"
#include "jailctl/sdk/mounts.hpp"
#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/tree_hold.hpp"
#include "jailctl/sdk/views.hpp"

namespace jailctl::create {

namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto zfs_magic = 0x2fc12fc1;  // ZFS_SUPER_MAGIC, in no header of the kernel's
constexpr auto patience = std::chrono::seconds(5);
constexpr auto between = std::chrono::milliseconds(20);
constexpr const char *link_name = "snapshot", *mount_name = "tree", *gate_name = "zfs";
constexpr unsigned long harmless = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME;

bool on_zfs(int directory) {
    struct statfs facts {};
    return ::fstatfs(directory, &facts) == 0 && facts.f_type == zfs_magic;
}

UniqueFd open_at(int parent, const char* name) {
    return UniqueFd{::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
}

/// The data set of a root, and where it is in that. @throws Error unsupported: the end of a sentence
Standing standing_on_zfs(const fs::path& root) {
    const UniqueFd tree{::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    if (!tree || !on_zfs(tree.get())) throw Error(Errc::unsupported, "it is not on ZFS");
    auto standing = standing_of(tree.get());
    if (!standing || standing->mount.source.empty())
        throw Error(Errc::unsupported, "the data set that holds it is not in the table of mounts");
    if (standing->mount.source.find('@') != std::string::npos)
        throw Error(Errc::unsupported, "it is on a snapshot itself");
    return *standing;
}

/// The snapshot that the directory stands for; nothing if it stands for none.
std::optional<std::string> noted_in(int directory, const fs::path& root, const std::string& name) {
    std::array<char, 1024> text{};
    const ssize_t length = ::readlinkat(directory, link_name, text.data(), text.size());
    if (length <= 0) return std::nullopt;
    std::string snapshot(text.data(), static_cast<std::size_t>(length));
    // A tree of that name may hold such a link, too: of a snapshot that nobody but us takes it cannot tell.
    if (!is_zfs_snapshot(snapshot, zfs_snapshot_name(root.string(), name))) return std::nullopt;
    return snapshot;
}

/// By descriptor, whatever becomes of the names above: "tree" of that directory.
std::string mount_point_in(int directory) { return "/proc/self/fd/" + std::to_string(directory) + "/" + mount_name; }

std::uint64_t mount_id(int directory, const char* name) {
    struct statx found {};
    if (::statx(directory, name, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH, STATX_MNT_ID, &found) == 0)
        return found.stx_mnt_id;
    if (errno == ENOENT) return 0;
    throw_errno("cannot look at the place of a snapshot");
}

bool is_mount_of(const std::string& snapshot, std::uint64_t id) {
    for (const Mount& mount : current_mounts())
        if (mount.id == id) return mount.type == "zfs" && mount.source == snapshot;
    return false;
}

/// Takes our mounts of it away; more than one only if a command was killed between two looks.
void unmount_in(int directory, const std::string& snapshot, const std::string& shown) {
    const auto until = Clock::now() + patience;
    for (;;) {
        const auto id = mount_id(directory, mount_name);
        if (id == 0 || id == mount_id(directory, "")) return;
        if (!is_mount_of(snapshot, id)) return;  // somebody else's: DirStorage::remove() refuses
        if (::umount2(mount_point_in(directory).c_str(), UMOUNT_NOFOLLOW) == 0) continue;
        if (errno != EBUSY || Clock::now() >= until) throw_errno("cannot unmount the snapshot of " + shown);
        Interrupt::pause(between);  // what read it was killed, and ends
    }
}

/// zfs(8) may outlive a command that was killed while it waited for it: then the snapshot comes after all.
void wait_for_zfs(int directory) {
    const UniqueFd gate{::openat(directory, gate_name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
    if (!gate) return;
    const auto until = Clock::now() + patience;
    while (::flock(gate.get(), LOCK_EX | LOCK_NB) != 0) {
        if (Clock::now() >= until)
            throw Error(Errc::busy, "the zfs of a command that was killed is still at work")
                .with_hint("see 'zpool status'");
        Interrupt::pause(between);
    }
}

/// Nothing is there any more; the link goes last, for it is what one looks for.
void forget(int directory) {
    (void)::unlinkat(directory, gate_name, 0);
    (void)::unlinkat(directory, mount_name, AT_REMOVEDIR);
    (void)::unlinkat(directory, link_name, 0);
}

/// Of the whole data set, which is mounted on "tree", nothing but the root stays there.
void narrow(int directory, const std::string& place, const std::string& snapshot) {
    UniqueFd root;
    {
        const UniqueFd top = open_at(directory, mount_name);
        open_how how{};
        how.flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
        how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV;
        const UniqueFd found{static_cast<int>(::syscall(SYS_openat2, top.get(), place.c_str(), &how, sizeof how))};
        if (!found) throw_errno("cannot open /" + place + " of the snapshot " + snapshot);
        root = directory_mount(found.get());
    }
    if (::umount2(mount_point_in(directory).c_str(), UMOUNT_NOFOLLOW) != 0 ||
        ::move_mount(root.get(), "", AT_FDCWD, mount_point_in(directory).c_str(), MOVE_MOUNT_F_EMPTY_PATH) != 0)
        throw_errno("cannot mount /" + place + " of the snapshot " + snapshot);
}

UniqueFd closed_gate(int directory) {
    UniqueFd gate{::openat(directory, gate_name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
    if (!gate || ::flock(gate.get(), LOCK_EX | LOCK_NB) != 0) throw_errno("cannot make the lock of a snapshot");
    return gate;
}

}  // namespace

void ZfsStorage::make(const fs::path& root, const std::string& name) {
    if (!on_zfs(nearest_directory(root).get()))
        throw Error(Errc::unsupported, root.parent_path().string() + " is not on ZFS, and STORAGE=zfs was asked for");
    DirStorage::make(root, name);
}

void ZfsStorage::remove(const fs::path& root, const std::string& name) {
    require_staging_name(name);
    const UniqueFd parent = open_parent_if_any(root);
    if (!parent) return;
    const HeldEntry held(parent.get(), name, root);
    if (held.gone()) return;
    if (const UniqueFd directory = open_at(parent.get(), name.c_str())) {
        if (const auto snapshot = noted_in(directory.get(), root, name)) {
            wait_for_zfs(directory.get());
            unmount_in(directory.get(), *snapshot, root.string());
            zfs_.destroy(*snapshot);
            forget(directory.get());
        }
    }
    DirStorage::remove(root, name);
}

bool ZfsStorage::suits(const fs::path& root) {
    const UniqueFd there{::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    return on_zfs(there ? there.get() : nearest_directory(root).get());
}

std::string ZfsStorage::no_snapshot_because(const fs::path& root) {
    if (!zfs_.installed()) return "the program zfs is not installed";
    try {
        (void)standing_on_zfs(root);
        return {};
    } catch (const Error& error) {
        return error.what();
    }
}

void ZfsStorage::snapshot(const fs::path& root, const std::string& name) {
    require_staging_name(name);
    const Standing standing = in_context("no snapshot of " + root.string() + " can be taken", [&] {
        if (!zfs_.installed()) throw Error(Errc::unsupported, "the program zfs is not installed");
        return standing_on_zfs(root);
    });
    const std::string snapshot = standing.mount.source + "@" + zfs_snapshot_name(root.string(), name);
    const std::string path = (root.parent_path() / name).string();
    const UniqueFd parent = open_root_parent(root, false);
    make_entry(parent.get(), root, name);
    const UniqueFd directory = open_at(parent.get(), name.c_str());
    if (!directory || ::symlinkat(snapshot.c_str(), directory.get(), link_name) != 0 ||
        ::mkdirat(directory.get(), mount_name, 0700) != 0)
        throw_errno("cannot note the snapshot of " + root.string() + " in " + path);
    const UniqueFd gate = closed_gate(directory.get());
    sync_fd(directory.get(), path);  // from now on whoever finds it knows what to destroy
    zfs_.take(snapshot, gate.get());
}

/// Mounted by us, not by way of .zfs/snapshot (ADR 19).
fs::path ZfsStorage::open_snapshot(const fs::path& root, const std::string& name) {
    const UniqueFd parent = open_root_parent(root, false);
    const UniqueFd directory = open_at(parent.get(), name.c_str());
    const auto snapshot = directory ? noted_in(directory.get(), root, name) : std::nullopt;
    if (!snapshot) throw Error(Errc::internal, "there is no snapshot " + name + " of " + root.string());
    const std::string place = standing_on_zfs(root).path;
    const std::string point = mount_point_in(directory.get());
    if (::mount(snapshot->c_str(), point.c_str(), "zfs", harmless, nullptr) != 0)
        throw_errno("cannot mount the snapshot " + *snapshot);
    if (place != "/") narrow(directory.get(), place.substr(1), *snapshot);
    return root.parent_path() / name / mount_name;
}

bool ZfsStorage::keeps(const fs::path& root, const std::string& name) {
    try {
        const UniqueFd parent = open_parent_if_any(root);
        const UniqueFd directory = parent ? open_at(parent.get(), name.c_str()) : UniqueFd{};
        return directory && noted_in(directory.get(), root, name);
    } catch (const Error&) {
        return false;  // what keeps us from looking is told by who removes it
    }
}

}  // namespace jailctl::create
