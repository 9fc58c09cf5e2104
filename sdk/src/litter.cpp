#include "jailctl/sdk/recovery.hpp"

namespace jailctl {

namespace {

// Travels in the journal with the undo, so that the rule holds whatever plugins the next command has loaded.
constexpr std::string_view mark = "may_wait";

}  // namespace

Undo litter(std::string kind, Value arguments) {
    arguments.set(mark, true);
    return {std::move(kind), std::move(arguments)};
}

bool is_litter(const Undo& undo) noexcept { return undo.arguments[mark].truth(); }

}  // namespace jailctl
