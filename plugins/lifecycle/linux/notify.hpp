#pragma once

#include <optional>
#include <string>

#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/scoped.hpp"
#include "program.hpp"

/// How an init tells that it is up: systemd by a datagram to NOTIFY_SOCKET (sd_notify(3)), jail-init the same way on a
/// socket it inherits, once /etc/rc has ended. Nobody reads after start has returned, which both take as it comes.
namespace jailctl::lifecycle {

/// Both ends of what an init tells on.
struct NotifyChannel {
    UniqueFd ours;    ///< where datagrams arrive, each with who sent it
    UniqueFd theirs;  ///< jail-init's end; systemd has none: the new process binds `ours` to a name in the jail
};

/// For an init that tells; else two empty descriptors. Adds to the program what makes it tell. @throws Error io
[[nodiscard]] NotifyChannel open_notify_channel(const Rootfs& root, JailProgram& program);
/// In the new process: gives the socket its name below the jail's /run. @param run  the detached tmpfs of /run
void bind_notify_socket(int socket, int run);
/// Reads what has arrived. @return Answer::rc_status, once process `init` said that it is ready; what others say counts
/// for nothing
[[nodiscard]] std::optional<int> heard_ready(int socket, int init);

}  // namespace jailctl::lifecycle
