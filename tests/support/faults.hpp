#pragma once

#include <string>
#include <vector>

#include "command.hpp"
#include "site.hpp"

namespace jailctl::test {

/// A command run with these options kills itself (kill -9) at its `point`-th journal point, from 1 (operation.hpp).
RunOptions kill_at(int point);

/// Runs the command so. @return  whether it was killed. A command that has no such point any more must end well, or the
/// test fails: a sweep goes on while this is true.
bool killed_at(int point, const Site& site, const std::vector<std::string>& words);

}  // namespace jailctl::test
