#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jailctl::lifecycle {

// Our own parsers: nothing of a root is given to the C library (security.md 2.6). Malformed lines are skipped.

/// One line of passwd(5), as far as a login needs it.
struct Account {
    std::string name, home, shell;
    std::uint32_t uid = 0, gid = 0;
};

/// The first account with that id.
[[nodiscard]] std::optional<Account> find_account(std::string_view passwd, std::string_view id);
/// The first account of that name.
[[nodiscard]] std::optional<Account> find_account_named(std::string_view passwd, std::string_view name);

/// Id of the first group(5) of that name.
[[nodiscard]] std::optional<std::uint32_t> find_group(std::string_view group, std::string_view name);
/// Ids of the groups that list a user as a member.
[[nodiscard]] std::vector<std::uint32_t> groups_of(std::string_view group, std::string_view user);

/// A decimal id. Nothing: no number, or one that is no id (the largest one means "leave it" to setresuid(2)).
[[nodiscard]] std::optional<std::uint32_t> parse_id(std::string_view text);

}  // namespace jailctl::lifecycle
