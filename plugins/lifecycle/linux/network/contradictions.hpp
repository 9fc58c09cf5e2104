#pragma once

#include <optional>
#include <string_view>

#include "jailctl/sdk/inspection.hpp"

/// What makes no sense beside a kind of NETWORK, in one place: start refuses it, and so does `config check`.
namespace jailctl::lifecycle {

/// Why `variable`, as it is set for `jail`, is a mistake beside its network. Nothing: it is none.
/// @param kind  "routed", "bridge", "host" or "none"  @param where  to name the file and line, where nobody else does
[[nodiscard]] std::optional<Error> contradiction(const Jail& jail, std::string_view kind, std::string_view variable,
                                                 bool where);
/// @throws Error config: the first there is
void require_no_contradiction(const Jail& jail, std::string_view kind);

/// Variable::inspect of what may stand beside NETWORK: the same, of the jail's own kind.
void inspect_beside_network(Inspection& inspection, std::string_view variable);

}  // namespace jailctl::lifecycle
