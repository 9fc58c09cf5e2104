#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace jailctl::lifecycle {

/// The time an option asks for, a second or more. @throws Error usage, naming the option
[[nodiscard]] std::chrono::seconds interval_of(const std::string& option, const std::string& text);

/// What goes on until Ctrl-C: that is its end and no failure. @throws Error as `show` does, of
/// other signals interrupted
void until_interrupted(const std::function<void()>& show);

/// Whether what is shown is seen by somebody: stdout is a terminal.
[[nodiscard]] bool on_terminal() noexcept;

}  // namespace jailctl::lifecycle
