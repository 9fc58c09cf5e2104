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

/// Runs jailctl under strace with these options of it; helpers it starts are not traced.
Result traced(const Site& site, const std::vector<std::string>& strace_options, const std::vector<std::string>& words);

/// Kills the command (kill -9) as it enters the `n`-th call of that name, from 1, which is then not made: for steps
/// that have no journal. @return whether it was killed, as killed_at()
bool killed_at_call(const std::string& call, int n, const Site& site, const std::vector<std::string>& words);

}  // namespace jailctl::test
