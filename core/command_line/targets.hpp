#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "jailctl/sdk/command.hpp"

namespace jailctl::core {

/// What the words of a command name.
struct Resolved {
    std::vector<Jail> jails;  ///< in working order; left empty when they are all jails in the order of JAILS
    bool all = false;
    bool as_configured = false;  ///< all jails, in the order of JAILS: not copied, there may be a thousand
    std::optional<std::string> path;
    std::vector<std::string> rest;
    [[nodiscard]] const std::vector<Jail>& in_order(const Configuration& configuration) const noexcept {
        return as_configured ? configuration.jails : jails;
    }
};

/// Whether a jail runs that JAILS does not name.
using RunsUnlisted = std::function<bool(const JailName&)>;

/// @param literal  what followed "--"  @param runs  asked of a word that names no jail
/// @throws Error usage: too few, too many, 'all' beside others, a path where none stands; not_found: no such jail, with
/// the nearest name
[[nodiscard]] Resolved resolve_words(const Command& command, const Configuration& configuration,
                                     const std::vector<std::string>& words, const std::vector<std::string>& literal,
                                     const RunsUnlisted& runs = {});

/// For a word that names no jail: the one that was meant, or how there would be one.
[[nodiscard]] std::string hint_at_jail(const Configuration& configuration, const std::string& word);

}  // namespace jailctl::core
