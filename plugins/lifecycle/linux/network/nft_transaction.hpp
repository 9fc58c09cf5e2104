#pragma once

#include <string>
#include <string_view>

#include "netlink.hpp"
#include "nft_rule.hpp"

namespace jailctl::lifecycle {

/// Where a chain sees packets, and before or after which others: `type filter hook ingress device "eth0" priority -500`
/// of nft(8).
struct NftHook {
    std::string type;          ///< "filter", "nat"
    std::uint32_t number = 0;  ///< NF_NETDEV_INGRESS, NF_INET_POST_ROUTING, ... of linux/netfilter.h
    std::int32_t priority = 0;
    std::string device{};      ///< of family netdev
    bool drops = false;        ///< policy drop
};

/// Changes to tables of nftables that are made together or not at all. The kernel is told by netlink and asked for one
/// table at most: libnftables would read every table of the host first, those of all other jails among them (ADR 18).
class NftTransaction {
public:
    /// One that is there is taken as it is.
    NftTransaction& add_table(NftFamily family, const std::string& name);
    /// With all that is in it; one that is gone is success.
    NftTransaction& delete_table(NftFamily family, const std::string& name);
    /// Asks the kernel first, for to delete nothing costs as much as to delete (see commit).
    /// @return whether it is there
    bool delete_table_if_there(Netlink& netfilter, NftFamily family, const std::string& name);
    /// A table of our own: what is there under that name, of whomever, goes.
    NftTransaction& replace_table(Netlink& netfilter, NftFamily family, const std::string& name);
    /// @param hook  none: rules of other chains lead there
    NftTransaction& add_chain(NftFamily family, const std::string& table, const std::string& name,
                              const NftHook* hook = nullptr);
    /// Its rules. The chain has to be there.
    NftTransaction& flush_chain(NftFamily family, const std::string& table, const std::string& name);
    /// Has to be there, empty.
    NftTransaction& delete_chain(NftFamily family, const std::string& table, const std::string& name);
    /// Behind the others of the chain.
    NftTransaction& add_rule(const std::string& table, const std::string& chain, const NftRule& rule);

    /// Closing a socket over which something was deleted waits until the kernel has freed it, some 10 ms.
    /// @param netfilter  of NETLINK_NETFILTER, opened in the network namespace that is meant
    /// @param what  completes "cannot ...", for the message
    /// @throws Error unsupported: a kernel without nf_tables; io: what else the kernel answered
    void commit(Netlink& netfilter, const std::string& what);

private:
    NftTransaction& add(std::uint16_t type, std::uint16_t flags, NftFamily family, std::string_view attributes);
    std::string messages_;
    std::size_t last_ = 0;  ///< where the last message begins
};

}  // namespace jailctl::lifecycle
