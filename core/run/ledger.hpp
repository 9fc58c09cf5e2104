#pragma once

#include <optional>
#include <string>
#include <vector>

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/value.hpp"

namespace jailctl::core {

/// Console::warn.
struct Warning {
    std::string text;
    std::string jail{};  ///< the one it is of (StreamConsole::warn_of); empty: that of the ledger, if any
};

/// What one piece of work, the command or one jail of it, left to be told at the end beside its text. A worker process
/// hands it to its parent as a JSON document.
struct Ledger {
    Value data = Value::object();      ///< Console::data
    std::vector<Error> reported;       ///< Console::error: failures that did not end the work
    std::vector<Warning> warnings;
    std::vector<std::string> omissions;
    std::optional<int> exit_status;    ///< Invocation::set_exit_status
    std::optional<Outcome> outcome;
    std::optional<Error> failure;      ///< what ended the work

    [[nodiscard]] Value to_value() const;
    [[nodiscard]] static Ledger from_value(const Value& value);
};

/// {"code", "message", "hint", "jail", "step"}: an entry of "errors". Absent texts are null.
[[nodiscard]] Value error_value(const Error& error, const std::string& jail = {});
[[nodiscard]] Error error_from(const Value& value);

}  // namespace jailctl::core
