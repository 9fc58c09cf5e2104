#pragma once

#include <filesystem>

#include "jailctl/sdk/scoped.hpp"

namespace jailctl::lifecycle {

/// All of standard input in a file without a name (0644) in the directory `home`, because it is to be whole before it
/// has a name in the jail. @throws Error io, no_space, denied; interrupted
[[nodiscard]] UniqueFd keep_standard_input(const std::filesystem::path& home);

}  // namespace jailctl::lifecycle
