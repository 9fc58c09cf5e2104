#include "rate.hpp"

#include <array>

#include "guard.hpp"
#include "host_end.hpp"
#include "jailctl/sdk/text.hpp"
#include "nft_same.hpp"
#include "nft_transaction.hpp"
#include "shaper.hpp"
#include "netns.hpp"

namespace jailctl::lifecycle {

namespace {

constexpr std::array<std::pair<std::string_view, std::uint64_t>, 3> units{
    {{"kbit", 1000}, {"mbit", 1000000}, {"gbit", 1000000000}}};

/// @throws Error invalid
std::uint64_t bytes_per_second(const std::string& text) {
    for (const auto& [unit, bits] : units) {
        if (!text.ends_with(unit)) continue;
        const auto number = text.substr(0, text.size() - unit.size());
        const auto value = static_cast<std::uint64_t>(parse_number(number, 1, 1000000)) * bits;
        if (value < 64000 || value > 100000000000) break;
        return value / 8;
    }
    throw Error(Errc::invalid, "'" + escape_name(text) + "' is no rate: 64kbit to 100gbit, such as 100mbit");
}

constexpr auto police_chain = "from_jail_rate";

/// Beside the burst the kernel's bucket holds a whole second of the rate. Packets that come in one piece (GSO, 64 KiB)
/// must fit at the lowest rate too, or none of them ever passes.
NftRule policing(std::uint64_t bytes_per_second) {
    constexpr std::uint32_t burst = 128 << 10;
    return NftRule(NftFamily::netdev).limit_over(bytes_per_second, burst).drop();
}

/// Drops what leaves the jail beyond a rate; 0: no longer.
void police(const JailName& jail, std::uint64_t bytes_per_second) {
    const auto link = veth_of(jail).host_name;
    const std::string chain = police_chain;
    const NftHook hook{"filter", NF_NETDEV_INGRESS, -501, link};
    NftTransaction transaction;
    // Added first: what flushes or deletes it finds it then, whether it was there or not.
    transaction.add_table(NftFamily::netdev, link).add_chain(NftFamily::netdev, link, chain, &hook);
    transaction.flush_chain(NftFamily::netdev, link, chain);
    if (bytes_per_second == 0) transaction.delete_chain(NftFamily::netdev, link, chain);
    else transaction.add_rule(link, chain, policing(bytes_per_second));
    Netlink netfilter(NETLINK_NETFILTER);
    transaction.commit(netfilter, "limit the rate of jail " + jail.text());
}

}  // namespace

RateState rate_in(Netlink& netlink, int index, std::uint64_t bytes_per_second) {
    const auto found = shaped_rate(netlink, index);
    return !found ? RateState::missing : *found == bytes_per_second ? RateState::as_set : RateState::another;
}

RateState rate_out(const JailName& jail, std::uint64_t bytes_per_second) {
    const auto told = rules_of_chain(veth_of(jail).host_name, police_chain);
    if (told.empty()) return RateState::missing;
    const bool same = told.size() == 1 && is_same_rule(policing(bytes_per_second).expressions(), told.front());
    return same ? RateState::as_set : RateState::another;
}

Rates parse_rates(std::string_view text) {
    Rates rates;
    if (text == "none") return rates;
    for (const auto& word : split_words(text)) {
        const bool in = word.starts_with("in:"), out = word.starts_with("out:");
        const auto rate = bytes_per_second(word.substr(in ? 3 : out ? 4 : 0));
        if ((!out && rates.in != 0) || (!in && rates.out != 0)) {
            throw Error(Errc::invalid, "two rates for one way: one for both, such as 100mbit, or in:50mbit out:10mbit");
        }
        if (!out) rates.in = rate;
        if (!in) rates.out = rate;
    }
    return rates;
}

void limit_rates(Netlink& netlink, const JailName& jail, int index, const Rates& rates) {
    shape(netlink, index, veth_of(jail).host_name, rates.in);
    police(jail, rates.out);
}

void limit_from_birth(Netlink& netlink, const Jail& jail, int index) {
    const auto rates = parse_rates(jail.settings["RATE"].text);
    if (rates.in != 0) shape(netlink, index, veth_of(jail.name).host_name, rates.in);
    if (rates.out != 0) police(jail.name, rates.out);
}

Link link_with_rate(Netlink& netlink, const Jail& jail, const std::string& provider, const Value& record) {
    if (provider != "routed" && provider != "bridge") {
        throw Error(Errc::invalid, "RATE cannot be set: jail " + jail.name.text() +
                                       " has no link of its own (it runs with NETWORK=" + provider + ")");
    }
    if (static_cast<std::uint64_t>(record["stack"].num()) != this_netns()) {
        throw Error(Errc::invalid,
                    "RATE cannot be set: jail " + jail.name.text() + " was started in another network namespace");
    }
    if (const auto link = find_host_end(netlink, jail.name, record)) return *link;
    throw Error(Errc::not_found, "RATE cannot be set: network interface " + veth_of(jail.name).host_name + " of jail " +
                                     jail.name.text() + " is gone")
        .with_hint("restart the jail: jailctl restart " + jail.name.text());
}

void change_rates(const Jail& jail, const std::string& provider, const Value& record) {
    const auto rates = parse_rates(jail.settings["RATE"].text);
    Netlink netlink(NETLINK_ROUTE);
    limit_rates(netlink, jail.name, link_with_rate(netlink, jail, provider, record).index, rates);
}

}  // namespace jailctl::lifecycle
