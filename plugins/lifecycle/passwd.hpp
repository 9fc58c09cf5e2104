#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace jailctl::lifecycle {

/// One line of passwd(5), as far as a login needs it.
struct Account {
    std::string name, home, shell;
};

/// The first account with that id. Our own parser: nothing of a root is given to the C library (security.md 2.6).
/// Malformed lines are skipped.
[[nodiscard]] std::optional<Account> find_account(std::string_view passwd, std::string_view id);

}  // namespace jailctl::lifecycle
