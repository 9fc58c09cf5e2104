#include <linux/netlink.h>

#include "contradictions.hpp"
#include "loopback.hpp"
#include "network.hpp"
#include "network_setting.hpp"
#include "netns.hpp"

namespace jailctl::lifecycle {

namespace {

class NoNetwork final : public Network {
public:
    /// What asks for a network is a mistake beside NETWORK=none; without one for a moment (run_once) it is none.
    std::vector<std::string> check(const Configuration&, const Jail& jail) override {
        if (network_setting_of(jail).kind == "none") require_no_contradiction(jail, "none");
        return {};
    }

    Value join(Invocation& invocation, Operation& operation, const Jail& jail, int netns) override {
        operation.step("bring the loopback up in the jail", [&] {
            const InsideNetns inside(netns);
            Netlink netlink(NETLINK_ROUTE);
            bring_loopback_up(netlink);
            permit_ping(invocation.configuration(), jail.name);
        });
        return Value::object().set("provider", "none");
    }

    /// The loopback goes with the namespace.
    void leave(Invocation&, const Jail&, const Value&) override {}
};

}  // namespace

std::unique_ptr<Network> make_no_network() {
    return std::make_unique<NoNetwork>();
}

}  // namespace jailctl::lifecycle
