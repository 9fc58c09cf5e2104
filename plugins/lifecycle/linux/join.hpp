#pragma once

#include <vector>

#include "jailctl/sdk/process.hpp"
#include "jailctl/sdk/scoped.hpp"
#include "program.hpp"
#include "record.hpp"

namespace jailctl::lifecycle {

/// What a process that joins a running jail gets as 0 to 2: -1 keeps ours, which then is no terminal.
struct JoinStdio {
    int fd[3] = {-1, -1, -1};
    int terminal_socket = -1;  ///< instead: a new pty of the jail, whose master is sent here
    bool no_input = false;     ///< 0 is the jail's /dev/null
};

/// Starts `program` in all namespaces and control groups of a running jail, confined as its init is.
/// @param report  writing side of a pipe for run_child() @throws Error not_found: the jail ended meanwhile; io
[[nodiscard]] ChildProcess join_jail(const Record& record, const JailProgram& program, const JoinStdio& stdio,
                                     int report);

}  // namespace jailctl::lifecycle
