#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "jailctl/sdk/service.hpp"
#include "jailctl/sdk/value.hpp"

namespace jailctl {

class Invocation;  // command.hpp
struct Jail;       // jail.hpp

/// Makes, exchanges and removes roots. Providers are named by STORAGE: "dir", "btrfs", "zfs"; "overlay" later. Staging
/// and trash names (staging_name) stand beside the root, on its file system, and begin with ".jailctl-". What somebody
/// has mounted in a tree is never emptied, nor hidden with it: require_nothing_mounted() right before (mounts.hpp).
class JAILCTL_SDK_EXPORT Storage : public Service {
public:
    static constexpr std::string_view id = "storage/1";
    ~Storage() override;
    /// Makes an empty root `name` in the directory of `root`: 0700 while it is staged.
    /// @throws Error exists; busy: another command holds it, or the root is a mount point; denied: as open_root_parent;
    /// unsupported: not on this file system; no_space, io
    virtual void make(const std::filesystem::path& root, const std::string& name) = 0;
    /// Publishes: renames `name` to the root's own; never over anything but an empty directory. Durable on return.
    /// @throws Error exists: something is there; not_found: `name` is not; denied, no_space, io
    virtual void publish(const std::filesystem::path& root, const std::string& name) = 0;
    /// Exchanges the root with `name`, atomically and durably; both stay held by this process (tree_hold.hpp).
    /// @throws Error busy: another command works on one of them, or removed or replaced it while that was waited for,
    /// or a process runs in the root, or something is mounted in one of them; not_found, denied, no_space, io
    virtual void exchange(const std::filesystem::path& root, const std::string& name) = 0;
    /// Renames the root to `name` (trash), and holds it as exchange() does. Durable on return.
    /// @throws Error busy: as exchange(); exists: something bears that name; not_found, denied, io
    virtual void set_aside(const std::filesystem::path& root, const std::string& name) = 0;
    /// Removes the tree `name` beside the root; nothing there is success. Only names that begin with ".jailctl-". Cut
    /// short, it leaves less of the tree; calling it again is safe. @throws Error busy: another command holds it, or
    /// something is mounted in it; denied, io, interrupted
    virtual void remove(const std::filesystem::path& root, const std::string& name) = 0;
    /// Whether STORAGE=auto takes this driver for a root that is, or is to be made, at `root`. "dir" is what is left.
    [[nodiscard]] virtual bool suits(const std::filesystem::path& root);
    /// Whether snapshot() can take the root as it is now. @return why not, as the end of a sentence; empty: it can
    [[nodiscard]] virtual std::string no_snapshot_because(const std::filesystem::path& root);
    /// A read-only copy of the whole root as it is at this instant, in milliseconds whatever the size. `name`
    /// beside the root stands for it, and remove() of that removes it. @throws Error unsupported: see
    /// no_snapshot_because; exists, busy, io
    virtual void snapshot(const std::filesystem::path& root, const std::string& name);
    /// Where the snapshot `name` of this process is read until it is removed; what it needs for that is done now, when
    /// the jail runs again. A Storage says it is what stands beside the root. @throws Error busy, io
    [[nodiscard]] virtual std::filesystem::path open_snapshot(const std::filesystem::path& root,
                                                              const std::string& name);
    /// Whether what stands as `name` beside the root is this driver's and no other's to remove, whatever STORAGE says
    /// by now: it stands for a snapshot that is elsewhere. What is mounted in it is then the driver's, too. Never
    /// throws for what it finds.
    [[nodiscard]] virtual bool keeps(const std::filesystem::path& root, const std::string& name);
    /// Bytes free for a new root beside `root`, of which the directory need not be there yet. @throws Error denied, io
    [[nodiscard]] virtual std::uint64_t free_space(const std::filesystem::path& root) = 0;
};

/// What stands beside a root of jailctl's own while a command works.
enum class Staging {
    create,   ///< the jail to be
    restore,  ///< the jail to be, unpacked
    upgrade,  ///< the copy of the system, then the old system
    base,     ///< the new base of an upgrade
    trash,    ///< what is being deleted
    snapshot, ///< what a backup reads
};

/// ".jailctl-create-<key>": fixed per jail, so that the next command finds what a crash left;
/// the jail's lock protects it.
[[nodiscard]] JAILCTL_SDK_EXPORT std::string staging_name(const Jail& jail, Staging purpose);
/// The names of every purpose: all that commands may leave beside the root of the jail.
[[nodiscard]] JAILCTL_SDK_EXPORT std::vector<std::string> staging_names(const Jail& jail);
/// The path of `name` in the directory of the jail's root.
[[nodiscard]] JAILCTL_SDK_EXPORT std::filesystem::path beside(const Jail& jail, const std::string& name);

/// Before a command makes, starts or deletes `jail`: no command of another configuration, whose lock of it is not ours,
/// works on one of those trees. --wait is the time for all of them together.
/// @param cannot  begins the sentence behind the jail's name: "cannot be started now"
/// @param but  what may go on meanwhile: beside a snapshot, which a backup reads, a jail may run
/// @throws Error busy: names who does; interrupted
JAILCTL_SDK_EXPORT void require_nobody_at_work(Invocation& invocation, const Jail& jail, const std::string& cannot,
                                               std::optional<Staging> but = {});

/// The driver that keeps the root of `jail`: STORAGE, where "auto" is the one that suits the root, else "dir".
/// @throws Error config: none of that name
[[nodiscard]] JAILCTL_SDK_EXPORT Storage& storage_of(Invocation& invocation, const Jail& jail);

/// The driver to remove `name` beside `root` with: the one that keeps() it, else storage_of(). @throws Error config
[[nodiscard]] JAILCTL_SDK_EXPORT Storage& keeper_of(Invocation& invocation, const Jail& jail,
                                                    const std::filesystem::path& root, const std::string& name);

/// What undoes work with a Storage, registered by the plugin `create` for every plugin that stages roots:
/// storage.remove {root, name}: removes the tree; storage.rename_back {root, name}: undoes set_aside;
/// storage.unpublish {root, name, device, inode}: undoes publish, if that directory is the root now;
/// storage.exchange {root, name, device, inode}: exchanges back, if that directory is the root now.
/// @return {root, name}
[[nodiscard]] JAILCTL_SDK_EXPORT Value tree_arguments(const Jail& jail, const std::string& name);
/// @return {root, name, device, inode} of the tree that `name` beside the root is now.
/// @throws Error not_found, denied, io
[[nodiscard]] JAILCTL_SDK_EXPORT Value identified_tree(const Jail& jail, const std::string& name);

}  // namespace jailctl
