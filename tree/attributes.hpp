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

/// The file flags (chattr) a backup keeps; the numbers are the platform's.
[[nodiscard]] std::uint32_t flags_kept() noexcept;
/// Those of them that make a file refuse changes: immutable, append only.
[[nodiscard]] std::uint32_t flags_that_lock() noexcept;
/// Flags of an open file or directory, limited to flags_kept(); 0 where the file system has none.
[[nodiscard]] std::uint32_t flags_of(int fd) noexcept;
/// Sets exactly `flags` of flags_kept(), leaves the others. @throws Error io, denied, unsupported
void set_flags(int fd, std::uint32_t flags);

/// A stretch of a file that holds data.
struct Extent {
    std::uint64_t offset = 0, length = 0;
    friend bool operator==(const Extent&, const Extent&) = default;
};
/// The data of a file of `size` bytes, in order; everything else is hole. Bounded: of a file with very many holes the
/// smallest are taken for data, which changes nothing of its content. Moves the file offset.
[[nodiscard]] std::vector<Extent> data_extents(int fd, std::uint64_t size);

}  // namespace jailctl::tree
