#pragma once

#include <string>
#include <vector>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/inspection.hpp"

namespace jailctl::scripts {

/// The check of a hook variable's value: absolute paths without "..", separated by blanks. @throws Error invalid
void check_paths(const std::string& value);

/// Whether the file may be run on the host as root, by the rules of security.md 9. @return the path to execute
/// @throws Error denied, not_found, invalid: it is missing, no executable file, not root's, or lies in a jail's root
[[nodiscard]] std::string require_script(const Configuration& configuration, const std::string& path);

/// What require_script says against the scripts of a value, for `config check`.
void inspect_scripts(Inspection& inspection);

}  // namespace jailctl::scripts
