#pragma once

#include <string>

namespace jailctl {

/// Under which name replace_file() (files.hpp) writes what is to replace `name`: what a write that was killed leaves.
[[nodiscard]] std::string temporary_of(const std::string& name);

}  // namespace jailctl
