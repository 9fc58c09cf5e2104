#pragma once

#include <string>
#include <vector>

#include "jailctl/sdk/scoped.hpp"
#include "program.hpp"

namespace jailctl::lifecycle {

/// What the first process of a jail needs to set itself up; all descriptors were opened by the parent.
struct Birth {
    int go = -1;            ///< reading side: one byte when maps and network stand; end of file: the parent died
    int root = -1;          ///< detached, idmapped clone of the jail's root
    int dev = -1;           ///< detached /dev
    int sys = -1;           ///< detached sysfs of the host's network namespace; -1: the child makes that of its own
    const std::vector<UniqueFd>* tasks = nullptr;  ///< v1 hierarchies to join
    std::string hostname;
    const JailProgram* program = nullptr;
    int output = -1;        ///< becomes 1 and 2; -1: /dev/null
    int notify = -1;        ///< gets the name of NOTIFY_SOCKET in the jail; -1: its init tells nothing, or otherwise
    bool dies_with_us = false;
};

/// Steps 6 and 7 of a start (security.md 3), in the new process: mounts, pivot_root, masks, confinement, execve.
/// @throws Error before the execve; never returns otherwise
void be_born(const Birth& birth);

/// The part that exec shares: everything after the process is inside the namespaces and has its stdio. Ends in execve.
void confine_and_become(const JailProgram& program);
/// Until its execve nobody in the jail may look into a copy of us. @throws Error io
void shut_out_lookers();
/// Leaves session and terminal of the caller. @throws Error io
void leave_session();
/// Takes root's ids of the user namespace the caller is in. @throws Error io
void take_root_ids();

}  // namespace jailctl::lifecycle
