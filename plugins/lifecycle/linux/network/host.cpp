#include <linux/rtnetlink.h>

#include "abstract_sockets.hpp"
#include "contradictions.hpp"
#include "network.hpp"
#include "preconditions.hpp"

namespace jailctl::lifecycle {

namespace {

/// The network is the host's. Nothing is made, nothing is left.
class HostNetwork final : public Network {
public:
    std::vector<std::string> check(const Configuration&, const Jail& jail) override {
        require_no_contradiction(jail, host_network);
        Netlink netlink(NETLINK_ROUTE);
        for (const auto& address : jail.addresses) require_of_host(netlink, jail, address);
        if (can_part_abstract_sockets()) return {};
        return {"jail " + jail.name.text() +
                " reaches the host's abstract UNIX sockets: NETWORK=host, and this kernel " +
                "(before 6.12, or without Landlock) cannot keep it from them"};
    }
    Value join(Invocation&, Operation&, const Jail&, int) override {
        return Value::object().set("provider", host_network);
    }
    void leave(Invocation&, const Jail&, const Value&) override {}
};

}  // namespace

std::unique_ptr<Network> make_host_network() {
    return std::make_unique<HostNetwork>();
}

}  // namespace jailctl::lifecycle
