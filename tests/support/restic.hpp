#pragma once

#include <filesystem>

namespace jailctl::test {

/// Password of quick repositories, with its newline as a file would hold it.
inline constexpr const char* restic_password = "of the test\n";

/// Makes an empty restic repository that opens at once. `restic init` makes a key whose derivation takes half a second,
/// in each command that opens the repository: nearly all the time of one on a small tree (restic-repository/remake.py).
void make_quick_repository(const std::filesystem::path& where);

}  // namespace jailctl::test
