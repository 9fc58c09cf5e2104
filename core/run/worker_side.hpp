#pragma once

#include "run/worker.hpp"

namespace jailctl::core {

/// The worker's ends: where its stdout and stderr go, and its channel to the parent.
struct WorkerEnds {
    int out, err, channel;
};

/// Life of a forked worker, from fork to _exit: its console talks into the pipes and asks through the channel. Objects
/// of the parent are not destroyed here; the work's own are, before the ledger is sent.
[[noreturn]] void be_worker(const Jail& jail, StreamConsole& console, const Work& work, WorkerEnds ends);

}  // namespace jailctl::core
