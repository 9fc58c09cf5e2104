#pragma once

#include <string>

#include "choice.hpp"

namespace jailctl::backup {

/// What an extraction would do, found out by looking. @param to  the directory, or - for standard output
/// @throws Error not_found, exists, invalid: as that would
void rehearse_extract(Invocation& invocation, const ChosenBackup& chosen, const BackupExtract& wanted,
                      const std::string& to);

}  // namespace jailctl::backup
