#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "file.hpp"

namespace jailctl::tree {

/// One extended attribute of any namespace, ACLs among them (system.posix_acl_access, system.posix_acl_default).
struct Xattr {
    std::string name, value;
    friend bool operator==(const Xattr&, const Xattr&) = default;
};

/// Attributes of an open file or directory; none where the file system has none. @throws Error io
[[nodiscard]] std::vector<Xattr> xattrs_of(int fd);
/// Of an entry that must not be opened: link, FIFO, device. Links are not followed. Changes the working directory of
/// the process to `directory`. @throws Error io
[[nodiscard]] std::vector<Xattr> xattrs_at(int directory, const char* name);
/// @throws Error io, denied, no_space, unsupported: the file system has no such attributes
void set_xattr(int fd, const Xattr& attribute);
/// As xattrs_at().
void set_xattr_at(int directory, const char* name, const Xattr& attribute);
/// A missing one is success.
void remove_xattr(int fd, const std::string& name);
/// Whether an attribute of that name may come out of what nobody vouches for (security.md 6).
[[nodiscard]] bool is_harmless(std::string_view attribute) noexcept;

/// Times of an entry, links not followed; "" as name: of the descriptor itself. @throws Error io
void set_times_at(int directory, const char* name, const Timestamp& accessed, const Timestamp& modified);
/// Owner of an entry, links not followed; "" as name: of the descriptor itself (then set-id bits are lost: mode
/// afterwards).
void set_owner_at(int directory, const char* name, uid_t uid, gid_t gid);
/// Whether it belongs to an id that this user namespace has no number for, which stat(2) tells as nobody's. To be asked
/// where it tells that; on a read-only file system nobody knows.
[[nodiscard]] bool has_foreign_owner(int directory, const char* name) noexcept;

/// The file flags (chattr) a backup keeps; the numbers are the platform's.
[[nodiscard]] std::uint32_t flags_kept() noexcept;
/// Those of them that make a file refuse changes: immutable, append only.
[[nodiscard]] std::uint32_t flags_that_lock() noexcept;
/// Flags of an open file or directory, limited to flags_kept(); 0 where the file system has none.
[[nodiscard]] std::uint32_t flags_of(int fd) noexcept;
/// Sets exactly `flags` of flags_kept(), leaves the others. @throws Error io, denied, unsupported
void set_flags(int fd, std::uint32_t flags);

}  // namespace jailctl::tree
