#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "jailctl/sdk/command.hpp"
#include "links.hpp"

namespace jailctl::lifecycle {

/// Which uplink a jail uses: an interface of one network namespace.
struct UplinkName {
    std::uint64_t netns = 0;  ///< this_netns() of the command that joined
    std::string interface;
    int index = 0;
};

/// A setting of the kernel below /proc/sys/net.
struct KernelSetting {
    std::string name, value;
};
/// What `interface` needs while jails are routed by it: forwarding=1 (or the kernel would route nothing that
/// arrives there and answer no ARP request for others) and proxy_delay=0 (or it would answer up to 0.8 s late),
/// for IPv6 also proxy_ndp=1, force_forwarding=1 where the kernel has it, and accept_ra=2 instead of 1, which
/// would end with forwarding.
[[nodiscard]] std::vector<KernelSetting> settings_to_route(const std::string& interface, bool ipv6);
/// Notes (uplink_notes.hpp) that `jail` uses the uplink and what `settings` were before the first jail of the host, of
/// whatever configuration, changed them; then sets them, those this kernel has. Repeatable.
void take_uplink(Invocation& invocation, const JailName& jail, const UplinkName& uplink,
                 const std::vector<KernelSetting>& settings);
/// Forgets the jail; with the host's last one the old values are put back, but for forwarding when the whole host was
/// made a router meanwhile (net.ipv4.ip_forward=1, as container engines do): then it is no longer ours to switch off.
/// @param restore  false: the uplink is in another namespace, only the note is dropped
void release_uplink(Invocation& invocation, const JailName& jail, const UplinkName& uplink, bool restore);

/// An uplink as it is noted for jails of this configuration.
struct UplinkUse {
    UplinkName name;
    std::vector<std::string> jails;    ///< keys
    /// Settings that jails need and somebody set otherwise since, as sysctl(8) has them.
    std::vector<std::string> altered;
};
/// All that are noted in this boot. Takes no lock.
[[nodiscard]] std::vector<UplinkUse> uplink_uses(const Configuration& configuration);
/// Sets again what jails need of an uplink that is noted.
void put_up_uplink(const UplinkName& uplink);

/// Whether `jail` is noted as a user of an uplink of this namespace, i.e. runs or was not taken down. Takes no lock.
[[nodiscard]] bool is_noted(const Configuration& configuration, const JailName& jail);

}  // namespace jailctl::lifecycle
