#pragma once

#include "jailctl/sdk/scoped.hpp"

namespace jailctl::lifecycle {

/// A file for writing in a directory, 0600, that has no name yet and goes with its descriptor, whatever ends us. One
/// file for each platform. @return nothing where the file system has no such files @throws Error io
[[nodiscard]] UniqueFd open_nameless(int directory);
/// Gives it its name. @return false, with errno: EEXIST if something stands there
[[nodiscard]] bool name_it(int file, int directory, const char* name);

}  // namespace jailctl::lifecycle
