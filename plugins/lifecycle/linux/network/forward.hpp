#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "jailctl/sdk/command.hpp"
#include "links.hpp"
#include "nft_rule.hpp"

namespace jailctl::lifecycle {

/// A port of the host that leads to one of a jail.
struct PortForward {
    std::string protocol;  ///< tcp or udp
    std::uint16_t host_port = 0, jail_port = 0;
};

/// The words of FORWARD: "tcp:8080:80 udp:53:53". @throws Error invalid: no such word, or a port of the host twice
[[nodiscard]] std::vector<PortForward> parse_forwards(std::string_view text);
/// "port 8080/tcp of the host"
[[nodiscard]] std::string port_text(const PortForward& forward);
[[nodiscard]] bool is_same_port(const PortForward& a, const PortForward& b) noexcept;
/// What a rule that forwards a port from outside begins with.
[[nodiscard]] NftRule arriving_at(const PortForward& forward, Address::Family family);

/// Makes what NAT and FORWARD ask for, in a table `inet` of the link's name; take_down_rules() removes it. If they ask
/// for nothing, what is there under that name goes. @throws Error unsupported, io; exists, as require_not_forwarded()
void put_up_translation(Invocation& invocation, Netlink& netlink, const Jail& jail, const Link& uplink);

/// A table of that name from before, such as one of a ruleset that was saved while the jail had ports, would lead into
/// it though nothing says so. @throws Error io
void drop_translation(const JailName& jail);

}  // namespace jailctl::lifecycle
