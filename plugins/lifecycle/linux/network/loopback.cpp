#include "loopback.hpp"

#include "links.hpp"
#include "sysctl.hpp"
#include "jailctl/sdk/ids.hpp"

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

}  // namespace jailctl::lifecycle
