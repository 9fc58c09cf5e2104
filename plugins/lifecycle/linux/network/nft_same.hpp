#pragma once

#include <string_view>

namespace jailctl::lifecycle {

/// Whether the kernel's words for a rule (NFTA_RULE_EXPRESSIONS of its answer) are those that were sent
/// (NftRule::expressions). It writes each expression anew, from what it made of it: the attributes in an order of its
/// own, without the mark of a nest, and with what it took for granted besides. `sent` knows which are nests.
[[nodiscard]] bool is_same_rule(std::string_view sent, std::string_view told);
/// Whether the rule begins with the expressions of `sent`.
[[nodiscard]] bool begins_same(std::string_view sent, std::string_view told);

}  // namespace jailctl::lifecycle
