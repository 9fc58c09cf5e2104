#include <linux/rtnetlink.h>

#include "jailctl/sdk/state.hpp"
#include "jailctl/sdk/text.hpp"
#include "check.hpp"
#include "contradictions.hpp"
#include "interface.hpp"
#include "links.hpp"
#include "loopback.hpp"
#include "network.hpp"
#include "stack.hpp"
#include "sysctl.hpp"

namespace jailctl::lifecycle {

void bring_loopback_up(Netlink& inside) {
    constexpr int loopback_index = 1;  // of every namespace: LOOPBACK_IFINDEX of the kernel
    set_up(inside, loopback_index, "lo");
}

void permit_ping(const Configuration& configuration, const JailName& jail) {
    const auto base = known_id_range(configuration, jail);
    if (!base) return;
    write_sysctl("ipv4/ping_group_range", std::to_string(*base) + " " + std::to_string(*base + ids_per_jail - 1));
}

namespace {

class NoNetwork final : public Network {
public:
    /// What asks for a network is a mistake beside NETWORK=none; without one for a moment (run_once) it is none.
    void check(Invocation&, const Jail& jail) override {
        if (jail.settings["NETWORK"].text != "none") return;
        require_no_contradiction(jail, "none");
    }

    Value join(Invocation& invocation, Operation& operation, const Jail& jail, int stack) override {
        operation.step("bring the loopback up in the jail", [&] {
            const InsideStack inside(stack);
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

void check_network_setting(const std::string& value) {
    if (value == "routed" || value == "none" || value == host_network) return;
    if (value.starts_with("bridge:")) return check_interface_name(value.substr(7), "bridge:br0");
    throw Error(Errc::invalid, "'" + escape_name(value) + "' is no kind of network: routed, bridge:NAME, host or none");
}

void register_network_undoer(Registrar& host) {
    host.undoer("network.leave", [](Invocation& invocation, const Jail& jail, const Value& arguments) {
        invocation.services().get<Network>(arguments["provider"].str()).leave(invocation, jail, arguments["record"]);
    });
}

}  // namespace jailctl::lifecycle
