#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "attributes.hpp"

struct archive_entry;

namespace jailctl::tree {

/// True for the attributes in which the platform keeps ACLs.
[[nodiscard]] bool is_acl(std::string_view attribute) noexcept;
/// True for the one that new entries of a directory inherit.
[[nodiscard]] bool is_default_acl(std::string_view attribute) noexcept;
/// Takes it from a directory, if there is one.
void forget_default_acl(int directory);

/// Puts an ACL attribute into a tar entry as the text every tar knows (SCHILY.acl.*), ids as numbers.
/// @return false: not an ACL this platform's kernel would have written; then it travels as a raw attribute
[[nodiscard]] bool add_acl(archive_entry* entry, const Xattr& attribute);

/// The entry's ACLs as attributes. @throws Error damaged: an id without a number, or out of range
[[nodiscard]] std::vector<Xattr> acls_of(archive_entry* entry);

/// The mode a file with this access ACL has: the group's bits are its mask. Any other attribute: `mode`. libarchive
/// puts the group's own permissions there.
[[nodiscard]] mode_t mode_with_mask(const Xattr& acl, mode_t mode);

/// The largest uid or gid an ACL attribute names; nothing if it is malformed.
[[nodiscard]] std::optional<std::uint32_t> largest_id(const Xattr& acl);

}  // namespace jailctl::tree
