#pragma once

#include <chrono>
#include <string>

namespace jailctl::lifecycle {

/// The time an option asks for, a second or more. @throws Error usage, naming the option
[[nodiscard]] std::chrono::seconds interval_of(const std::string& option, const std::string& text);

/// Whether what is shown is seen by somebody: stdout is a terminal.
[[nodiscard]] bool on_terminal() noexcept;

}  // namespace jailctl::lifecycle
