#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/export.hpp"
#include "jailctl/sdk/scoped.hpp"

namespace jailctl {

struct Jail;  // jail.hpp

/// The only way to touch single files below a root (security.md 2.3, 2.4); whole trees go through the tree helper.
/// Paths are relative to the root, without leading '/'. Reading follows links inside the root; writing follows none.
class JAILCTL_SDK_EXPORT Rootfs {
public:
    /// Opens a root: its parent by owner check, the root by openat2(RESOLVE_BENEATH|NO_SYMLINKS).
    /// @throws Error not_found; denied: the parent can be written, or entered, by others (names the chmod); io
    [[nodiscard]] static Rootfs open(const std::filesystem::path& root);

    [[nodiscard]] int fd() const noexcept { return root_.get(); }
    /// Content of a regular file of at most `cap` bytes; nothing if there is none. @throws Error invalid, io
    [[nodiscard]] std::optional<std::string> read(const std::string& path, std::size_t cap = 1 << 20) const;
    /// Opens a regular file for reading. @throws Error not_found, invalid: it is of another kind; io
    [[nodiscard]] UniqueFd open_file(const std::string& path) const;
    /// Where `path` ("" is the root) leads: the path below the root, links resolved, of a directory; nothing
    /// if there is no directory. For a person's paths, which go over links (/bin), before something that
    /// follows none. @throws Error io
    [[nodiscard]] std::optional<std::string> resolve_directory(const std::string& path) const;
    /// Opens a directory for reading; no links are followed. @throws Error not_found, invalid, io
    [[nodiscard]] UniqueFd open_directory(const std::string& path) const;
    /// Puts a file: temporary name, fchown, fchmod, fsync, rename. What stood there, be it a link, FIFO or device, is
    /// replaced. Missing parents are made 0755 root. Ids are those on disk (the jail's own numbers).
    /// @throws Error invalid: the way there leads over a link, a mount or a file; no_space; io: also if a directory
    /// stands there. What stood there stands
    void replace(const std::string& path, std::string_view content, mode_t mode, uid_t uid = 0, gid_t gid = 0) const;
    /// Removes what a replace() of `path` that was killed left beside it. Nothing there, or no
    /// way to it any more: success.
    /// @throws Error io, denied
    void remove_temporary(const std::string& path) const;
    /// Makes a directory of root's, and missing parents 0755; an existing one is kept as it is.
    /// @throws Error invalid: there, or on the way, is a link, a mount or a file; no_space, io
    void make_directory(const std::string& path, mode_t mode) const;
    /// Gives the root the mode of a published one (0755): users of the jail pass through it, also while it is being
    /// built or proved. The directory above stays closed to the host's users (security.md 2.7). @throws Error io
    void open_to_jail_users() const;
    /// Removes a file or link; nothing there is success.
    /// @throws Error io: it is a directory, or the way leads over a link; denied
    void remove(const std::string& path) const;
    /// True if the path, walked without following links, is a directory.
    [[nodiscard]] bool is_directory(const std::string& path) const;
    [[nodiscard]] bool exists(const std::string& path) const;  ///< of any type, last link not followed
    [[nodiscard]] bool empty() const;                          ///< no entry but "lost+found"
    [[nodiscard]] bool locked() const;  ///< immutable or append-only (chattr(1)): it can be neither changed nor renamed
    /// True if there is no such directory, or nothing in it. Links are followed inside the root. @throws Error io
    [[nodiscard]] bool empty(const std::string& path) const;

private:
    explicit Rootfs(UniqueFd root) : root_(std::move(root)) {}
    UniqueFd root_;
};

/// What stands at a jail's path.
enum class RootState { absent, empty, present, not_a_directory };
/// Never throws for what it finds; a link at the path is not_a_directory. @throws Error denied, io
[[nodiscard]] JAILCTL_SDK_EXPORT RootState root_state(const std::filesystem::path& root);

/// root_state() of many roots at one moment: the directory above them is checked once as long as the next stands in it
/// as well, so keep no object of this class longer than one listing takes.
class JAILCTL_SDK_EXPORT RootStates {
public:
    [[nodiscard]] RootState of(const std::filesystem::path& root);

private:
    int checked(std::string_view parent);
    std::string parent_;
    UniqueFd fd_;
};

/// What to say of a jail at whose root nothing stands, with the `create` to type.
[[nodiscard]] JAILCTL_SDK_EXPORT Error not_created(const Jail& jail);
/// Before work on what stands there. @throws Error not_found: nothing does; invalid: no directory does; denied, io
JAILCTL_SDK_EXPORT void require_created(const Jail& jail);
/// The directories that a start mounts on, /proc, /sys, /dev, /tmp and /run, are none of them something else
/// (security.md 3.2); missing is well. @param path  of `root`, for the hint @throws Error invalid
JAILCTL_SDK_EXPORT void require_mount_points(const Rootfs& root, const std::filesystem::path& path);

/// Before work that ends with another name for the root. @param so  ends the sentence: "it cannot be removed"
/// @throws Error denied, with the chattr(1) to type: it is locked()
JAILCTL_SDK_EXPORT void require_unlocked(const Jail& jail, const std::string& so);

/// Opens the parent of a root for making, renaming and removing entries: owner check, and no other user may pass
/// through it (security.md 2.7). @param make  make it (0700) if missing @throws Error denied, not_found, io
[[nodiscard]] JAILCTL_SDK_EXPORT UniqueFd open_root_parent(const std::filesystem::path& root, bool make);
/// Whether nothing but its mode keeps open_root_parent() from opening it. Never throws for what it finds.
[[nodiscard]] JAILCTL_SDK_EXPORT bool is_merely_open(const std::filesystem::path& root);

}  // namespace jailctl
