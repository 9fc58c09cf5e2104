#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/value.hpp"
#include "links.hpp"
#include "netlink.hpp"

namespace jailctl::lifecycle {

/// What RATE allows, in bytes per second; 0: no limit.
struct Rates {
    std::uint64_t in = 0;   ///< to the jail
    std::uint64_t out = 0;  ///< from the jail
};
/// "100mbit" for both ways, or "in:50mbit out:10mbit", one of them alone as well; "" and "none": no limit.
/// kbit, mbit and gbit are powers of 1000. @throws Error invalid
[[nodiscard]] Rates parse_rates(std::string_view text);

/// Limits what passes the host's end of the jail's link from here on, or lifts the limits: to the jail by a token
/// bucket (tbf) with a queue of 50 ms, from the jail, which the host cannot make wait, by a rule of nftables that drops
/// what is beyond the rate; what was not used of the last second, and 128 KiB, may come in a burst.
/// @throws Error unsupported: this kernel has no tbf or no limits in nftables; io
void limit_rates(Netlink& netlink, const JailName& jail, int index, const Rates& rates);
/// What the kernel has for a way that RATE limits.
enum class RateState { as_set, missing, another };
/// Of what goes to the jail. @param index  of the link's host end @throws Error io
[[nodiscard]] RateState rate_in(Netlink& netlink, int index, std::uint64_t bytes_per_second);
/// Of what comes from it. @throws Error io, denied
[[nodiscard]] RateState rate_out(const JailName& jail, std::uint64_t bytes_per_second);
/// What RATE says, on a link that was just made.
void limit_from_birth(Netlink& netlink, const Jail& jail, int index);
/// The link of a jail that runs, by what join() noted of it. @throws Error not_found: it is
/// gone; invalid: there was none
[[nodiscard]] Link link_with_rate(Netlink& netlink, const Jail& jail, const std::string& provider, const Value& record);
/// What RATE says, on that link. @throws Error as above
void change_rates(const Jail& jail, const std::string& provider, const Value& record);

}  // namespace jailctl::lifecycle
