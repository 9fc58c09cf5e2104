#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jailctl/sdk/jail.hpp"
#include "netlink.hpp"

namespace jailctl::lifecycle {

using MacAddress = std::array<std::uint8_t, 6>;

/// One interface as the kernel describes it.
struct Link {
    int index = 0;
    int master = 0;                 ///< index of the bridge (or other) it is a port of
    std::string name, alias, kind;  ///< kind: "veth", "bridge", ...; empty for hardware
    std::uint32_t flags = 0;        ///< IFF_* of netdevice(7)
    std::uint32_t mtu = 0;
    std::uint16_t type = 0;         ///< ARPHRD_*
    std::string mac;                ///< raw bytes
    bool peer_elsewhere = false;    ///< of a veth: its other end is in another network namespace
};

/// The interface of that name (no alternative name), or of that index. Absence is an answer.
[[nodiscard]] std::optional<Link> find_link(Netlink& netlink, const std::string& name);
[[nodiscard]] std::optional<Link> find_link(Netlink& netlink, int index);
/// Names of all interfaces, for the message that IF is not among them.
[[nodiscard]] std::vector<std::string> link_names(Netlink& netlink);
/// "em0, lo, up0", for a hint.
[[nodiscard]] std::string all_link_names(Netlink& netlink);
/// "jl0123456789abc (web.example.org)": with the alias, by which jailctl marks the interfaces of its jails.
[[nodiscard]] std::string described(Netlink& netlink, int index);

[[nodiscard]] std::vector<Link> ports_of(Netlink& netlink, int bridge);
/// Every interface of this namespace.
[[nodiscard]] std::vector<Link> all_links(Netlink& netlink);
/// Whether a name is of the form that veth_of() gives.
[[nodiscard]] bool is_veth_name(std::string_view name) noexcept;

/// What the two ends of a jail's veth are called and known by.
struct VethPair {
    std::string host_name;               ///< "jl" and 13 digits in base 32 of the hash of the jail's name
    /// Fixed per jail: udev leaves a chosen address alone, peers keep their caches.
    MacAddress host_mac{}, jail_mac{};
};
[[nodiscard]] VethPair veth_of(const JailName& jail);

/// Makes the pair, the peer as eth0 in the namespace `netns`. @return index of the host's end
/// @throws Error exists: an interface of that name is there; io
int make_veth(Netlink& netlink, const VethPair& pair, int netns, std::uint32_t mtu);
void set_up(Netlink& netlink, int index, const std::string& name);
void set_alias(Netlink& netlink, int index, const std::string& alias);
void set_master(Netlink& netlink, const Link& bridge, int index, const std::string& name);
/// @param mac  raw bytes
void set_mac(Netlink& netlink, const Link& link, const std::string& mac);
/// Lets `ip link show <jail>` find the interface. An interface that has that name already is no error: it is a comfort.
void try_alternative_name(Netlink& netlink, int index, const std::string& name);
/// Deletes it with its addresses and routes; one that is gone is success. @throws Error io
void delete_link(Netlink& netlink, int index, const std::string& name);
/// The same, together with what other commands are deleting just now. The kernel holds its lock of the network
/// configuration for 15 to 25 ms per deletion, of however many links: so each puts its link into a group, and who gets
/// the lock first deletes them all.
void delete_link_with_others(Netlink& netlink, int index, const std::string& name);

/// The jail an alias names: what stands before its first blank.
[[nodiscard]] std::string jail_in_alias(const std::string& alias);
[[nodiscard]] std::string mac_text(const std::string& bytes);

}  // namespace jailctl::lifecycle
