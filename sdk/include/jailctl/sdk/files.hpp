#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "jailctl/sdk/export.hpp"
#include "jailctl/sdk/scoped.hpp"

/// Files of the host: configuration, state, hooks, addons. Nothing here may be used below a jail's root: that is
/// Rootfs (rootfs.hpp) and the tree helper (tree.hpp).
namespace jailctl {

/// Whose a file may be (security.md 1).
enum class Trust {
    root,            ///< object and every directory above: root's, not writable by group or others
    root_or_caller,  ///< for configuration of a command that changes nothing: or the calling user's
};

/// Opens `path` (absolute) read-only, walking it by descriptors, and checks owner and mode of it and of every directory
/// above on the descriptors used. A sticky directory on the way is accepted if what lies in it is root's. Symbolic
/// links are followed only where they themselves and their targets pass.
/// @throws Error not_found, denied (names the component and the chmod or chown to type), io
[[nodiscard]] JAILCTL_SDK_EXPORT UniqueFd open_trusted(const std::filesystem::path& path, Trust trust,
                                                       int extra_flags = 0);
/// The same, but an empty descriptor where the object, or a directory above it, is missing: what need not be there.
/// @throws Error denied, io
[[nodiscard]] JAILCTL_SDK_EXPORT UniqueFd find_trusted(const std::filesystem::path& path, Trust trust,
                                                       int extra_flags = 0);
/// The same as open_trusted for a directory: O_PATH|O_DIRECTORY.
[[nodiscard]] JAILCTL_SDK_EXPORT UniqueFd open_trusted_directory(const std::filesystem::path& path, Trust trust);

/// Whole content of a regular file by descriptor, at most `cap` bytes. @throws Error invalid (no
/// regular file, too large), io
[[nodiscard]] JAILCTL_SDK_EXPORT std::string read_all(int fd, std::size_t cap, const std::string& what);
/// Writes everything or throws. @throws Error io, no_space
JAILCTL_SDK_EXPORT void write_all(int fd, std::string_view bytes, const std::string& what);

/// Replaces `name` in `directory` durably: temporary file O_EXCL, write, fsync, rename, fsync of the directory.
/// @param sync  false for running state that need not outlive a power cut
/// @throws Error io, no_space: the old content stands
JAILCTL_SDK_EXPORT void replace_file(int directory, const std::string& name, std::string_view content, mode_t mode,
                                     bool sync = true);
/// Content of a file in `directory` (O_NOFOLLOW), nothing if there is none. @throws Error io, invalid
[[nodiscard]] JAILCTL_SDK_EXPORT std::optional<std::string> read_file_at(int directory, const std::string& name,
                                                                         std::size_t cap = 1 << 20);
/// The names in a directory, sorted, "." and ".." left out. @param directory  O_PATH will do  @throws Error io, denied
[[nodiscard]] JAILCTL_SDK_EXPORT std::vector<std::string> list_directory(int directory, const std::string& what);
/// Makes `path` and missing parents, 0700, owner-checked, and opens it. @throws Error denied, io
[[nodiscard]] JAILCTL_SDK_EXPORT UniqueFd make_private_directory(const std::filesystem::path& path);
/// A file for reading and writing that goes with its descriptors, whatever ends us. @param directory  open for reading
/// @param fallback  the name it has for a moment on a file system that knows no unnamed files
/// (NFS); removed if it is there
/// @throws Error io, no_space, denied
[[nodiscard]] JAILCTL_SDK_EXPORT UniqueFd unnamed_file(int directory, const std::string& fallback);
/// fsync of a descriptor, errors counted. @throws Error io, no_space
JAILCTL_SDK_EXPORT void sync_fd(int fd, const std::string& what);
/// Everything written to the file system of the descriptor is on disk when this returns (Linux: syncfs(2)): once per
/// new tree, before it is published. @throws Error io, no_space
JAILCTL_SDK_EXPORT void sync_file_system(int fd, const std::string& what);
/// Bytes free for root on the file system of the descriptor. @param what  the path, for the error  @throws Error io
[[nodiscard]] JAILCTL_SDK_EXPORT std::uint64_t free_bytes(int fd, const std::string& what);
/// Unix time now, seconds.
[[nodiscard]] JAILCTL_SDK_EXPORT std::int64_t unix_now() noexcept;
/// The same by the clock of the times of files: what is written from here on is not older.
[[nodiscard]] JAILCTL_SDK_EXPORT std::chrono::nanoseconds file_clock_now() noexcept;

}  // namespace jailctl
