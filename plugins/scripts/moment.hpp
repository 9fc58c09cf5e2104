#pragma once

#include <string>
#include <vector>

#include "jailctl/sdk/events.hpp"
#include "jailctl/sdk/value.hpp"

namespace jailctl::scripts {

/// One event as the scripts get to see it: arguments, environment, JSON.
struct Moment {
    std::string event;     ///< "before-start"
    std::string variable;  ///< "BEFORESTART_HOOKS"
    const JailMoment* where = nullptr;
    const Error* failure = nullptr;  ///< after-events: what went wrong, null for success
    bool after = false;
    [[nodiscard]] const Jail& jail() const noexcept { return where->jail; }
    [[nodiscard]] Invocation& invocation() const noexcept { return where->invocation; }
};

/// "before-start" of "before-start/1", and "BEFORESTART_HOOKS" of that.
[[nodiscard]] std::string event_name(std::string_view event);
[[nodiscard]] std::string variable_name(std::string_view event);

/// Jail's name, and its id or "" if it does not run: $1 and $2, as the original passes them.
[[nodiscard]] std::vector<std::string> arguments_of(const Moment& moment);
/// JAILCTL_EVENT, JAILCTL_JAIL, JAILCTL_JID, JAILCTL_ADDRESSES (separated by blanks), JAILCTL_ROOT, and JAILCTL_RESULT:
/// empty before, afterwards "done" or the code of the error ("io", "vetoed", ...).
[[nodiscard]] std::vector<std::string> environment_of(const Moment& moment);
/// The same and the error's sentence, as one line of JSON.
[[nodiscard]] std::string document_of(const Moment& moment);

}  // namespace jailctl::scripts
