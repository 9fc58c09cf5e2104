#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "jailctl/sdk/rootfs.hpp"

/// Accounts of a root, read by our own parser: nothing of a root is given to the host's libraries (security.md 2.6).
namespace jailctl::create {

/// shadow(5) with root's password field replaced and its date of change set; other lines stay as they are. A line for
/// root is added in front if there is none.
[[nodiscard]] std::string with_root_password(std::string_view shadow, const std::string& field, std::int64_t day);

/// Id of a group in group(5), nothing if it has no such line.
[[nodiscard]] std::optional<std::uint32_t> group_id(std::string_view group, std::string_view name);

/// passwd(5) where root's password is looked for in shadow: its field is "x".
[[nodiscard]] std::string with_shadowed_root(std::string_view passwd);

/// The password field of an account that no password opens.
inline constexpr std::string_view locked_field = "!";

/// Writes `field` as root's password into etc/shadow of the root, readable by its group "shadow" if there is one.
/// @return false if the root has no etc/passwd, so no accounts to write to
/// @throws Error io, invalid
[[nodiscard]] bool set_root_password(const Rootfs& root, const std::string& field, std::int64_t day);

/// Hash of a password for the password field: yescrypt with a fresh salt (crypt(5)). @throws Error unsupported, io
[[nodiscard]] std::string hash_password(const std::string& password);

/// Overwrites the bytes before they are given back. The compiler may not leave it out.
void wipe(std::string& secret) noexcept;

}  // namespace jailctl::create
