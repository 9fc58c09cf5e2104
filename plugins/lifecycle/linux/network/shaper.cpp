#include "shaper.hpp"

#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>

namespace jailctl::lifecycle {

namespace {

constexpr std::uint64_t most = std::numeric_limits<std::uint32_t>::max();
std::uint32_t capped(std::uint64_t value) { return static_cast<std::uint32_t>(std::min(value, most)); }

void put_bucket(NetlinkMessage& message, std::uint64_t bytes_per_second) {
    // 10 ms: some ticks of any kernel
    const auto burst = capped(std::max<std::uint64_t>(bytes_per_second / 100, 32 << 10));
    tc_tbf_qopt bucket{};
    bucket.rate.rate = capped(bytes_per_second);
    bucket.rate.linklayer = TC_LINKLAYER_ETHERNET;
    bucket.limit = capped(burst + std::max<std::uint64_t>(bytes_per_second / 20, 32 << 10));  // a queue of 50 ms
    message.put(TCA_KIND, std::string("tbf"));
    message.nest(TCA_OPTIONS, [&] {
        message.put(TCA_TBF_PARMS, &bucket, sizeof bucket);
        message.put(TCA_TBF_BURST, burst);
        if (bytes_per_second >= most) message.put(TCA_TBF_RATE64, &bytes_per_second, sizeof bytes_per_second);
    });
}

}  // namespace

void shape(Netlink& netlink, int index, const std::string& name, std::uint64_t bytes_per_second) {
    const bool away = bytes_per_second == 0;
    NetlinkMessage message(away ? RTM_DELQDISC : RTM_NEWQDISC, away ? 0 : NLM_F_CREATE | NLM_F_REPLACE);
    auto& header = message.family<tcmsg>();
    header.tcm_ifindex = index;
    header.tcm_parent = TC_H_ROOT;
    if (!away) put_bucket(message, bytes_per_second);
    const auto answer = netlink.try_change(message);
    if (answer.ok() || (away && (answer.error == ENOENT || answer.error == EINVAL))) return;  // the default one stays
    const auto what = "cannot limit the rate of " + name;
    if (answer.error == ENOENT || answer.error == EOPNOTSUPP) {
        throw Error(Errc::unsupported, what + ": this kernel has no token bucket filter")
            .with_hint("it is the module sch_tbf; without it RATE can limit one way alone: RATE=out:100mbit");
    }
    throw answer.refusal(what);
}

std::optional<std::uint64_t> shaped_rate(Netlink& netlink, int index) {
    NetlinkMessage message(RTM_GETQDISC, NLM_F_DUMP);
    message.family<tcmsg>().tcm_ifindex = index;
    std::optional<std::uint64_t> found;
    (void)netlink.ask(message, [&](const nlmsghdr& one) {
        const auto* header = static_cast<const tcmsg*>(mnl_nlmsg_get_payload(&one));
        if (header->tcm_ifindex != index || header->tcm_parent != TC_H_ROOT) return;
        const NetlinkAttributes<TCA_OPTIONS> discipline(one, sizeof *header);
        if (discipline.text(TCA_KIND) != "tbf" || !discipline.at[TCA_OPTIONS]) return;
        const NetlinkAttributes<TCA_TBF_MAX> options(*discipline.at[TCA_OPTIONS]);
        tc_tbf_qopt bucket{};
        const std::string parameters = options.bytes(TCA_TBF_PARMS), wide = options.bytes(TCA_TBF_RATE64);
        std::memcpy(&bucket, parameters.data(), std::min(parameters.size(), sizeof bucket));
        found = bucket.rate.rate;
        if (wide.size() == sizeof *found) std::memcpy(&*found, wide.data(), wide.size());
    });
    return found;
}

}  // namespace jailctl::lifecycle
