#pragma once

#include <vector>

#include "run/precedence.hpp"
#include "run/report.hpp"
#include "run/worker.hpp"

namespace jailctl::core {

/// Works on `jails` in their order, at most `jobs` at once, each in a worker of its own. An interruption stops
/// launching, is passed on to the workers, which undo what is under way, and leaves the rest "not started". A jail
/// waits for those `precedence` names, whatever its place in the list.
/// @return reports in the order of `jails`
[[nodiscard]] std::vector<JailReport> run_workers(const std::vector<Jail>& jails, int jobs, StreamConsole& console,
                                                  const Work& work, const Precedence& precedence = {});

}  // namespace jailctl::core
