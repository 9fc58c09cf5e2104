#pragma once

#include <functional>

#include "jailctl/sdk/scoped.hpp"

namespace jailctl::lifecycle {

/// What a child says before it becomes the jail's program: an Error over a pipe, or nothing once execve has closed it.
/// Runs `body`, which ends in an execve; an Error leaving it is written to `report`. Never returns.
[[noreturn]] void run_child(int report, const std::function<void()>& body);

/// Waits for what the child says or for the end of the pipe. @param report  the reading side @throws Error as the child
/// wrote it, CannotRun among them
void hear_child(const UniqueFd& report);

}  // namespace jailctl::lifecycle
