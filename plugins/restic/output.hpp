#pragma once

#include <cstddef>
#include <string>

#include "jailctl/sdk/scoped.hpp"

namespace jailctl::restic {

/// Memory to be the standard output of a program: what it writes beyond `most` bytes is refused, and takes none.
[[nodiscard]] UniqueFd bounded_memory(std::size_t most);
/// What was written there by whoever shares the descriptor. @throws Error invalid: more than `most`
[[nodiscard]] std::string written_to(int memory, std::size_t most);

}  // namespace jailctl::restic
