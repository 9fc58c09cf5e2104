#include <linux/rtnetlink.h>

#include "abstract_sockets.hpp"
#include "contradictions.hpp"
#include "network.hpp"
#include "routes.hpp"

namespace jailctl::lifecycle {

namespace {

void require_address_of_host(Netlink& netlink, const Jail& jail, const Address& address) {
    const auto match = match_route(netlink, address);
    if (match && match->type == RTN_LOCAL) return;
    throw Error(Errc::config, "address " + address.text() + " of jail " + jail.name.text() + " is none of the host's, and with " +
                                  "NETWORK=host a jail has those of the host")
        .with_hint("write an address of the host in JAILS (127.0.0.2 is one), or let the jail have its own: NETWORK=routed");
}

/// The network is the host's. Nothing is made, nothing is left.
class HostNetwork final : public Network {
public:
    void check(Invocation& invocation, const Jail& jail) override {
        require_no_contradiction(jail, host_network);
        Netlink netlink(NETLINK_ROUTE);
        for (const auto& address : jail.addresses) require_address_of_host(netlink, jail, address);
        if (can_part_abstract_sockets()) return;
        invocation.console().warn("jail " + jail.name.text() + " reaches the host's abstract UNIX sockets: NETWORK=host, and this kernel " +
                                  "(before 6.12, or without Landlock) cannot keep it from them");
    }
    Value join(Invocation&, Operation&, const Jail&, int) override { return Value::object().set("provider", host_network); }
    void leave(Invocation&, const Jail&, const Value&) override {}
};

}  // namespace

std::unique_ptr<Network> make_host_network() {
    return std::make_unique<HostNetwork>();
}

}  // namespace jailctl::lifecycle
