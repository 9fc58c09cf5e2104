#include "probe.hpp"

#include <net/ethernet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <poll.h>

#include <algorithm>
#include <chrono>

#include "arp.hpp"
#include "jailctl/sdk/interrupt.hpp"
#include "ndp.hpp"
#include "packet_socket.hpp"

namespace jailctl::lifecycle {

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto between_requests = std::chrono::milliseconds(30);
constexpr auto patience = std::chrono::milliseconds(100);
constexpr int requests = 3;

/// The two ways of asking, behind one wait.
class Question {
public:
    Question(const Link& link, const std::optional<Address>& source, const std::vector<Address>& addresses,
             const std::vector<std::string>& own)
        : link_(link), source_(source.value_or(Address{})), addresses_(addresses), own_(own) {
        for (const auto& address : addresses) {
            auto& fd = address.family() == Address::Family::v4 ? arp_ : ndp_;
            if (!fd) fd = open_packets(link, &fd == &arp_ ? ETH_P_ARP : ETH_P_IPV6);
        }
    }
    void ask() const {
        for (const auto& address : addresses_) {
            if (address.family() == Address::Family::v4) send_arp_request(arp_.get(), link_, source_, address);
            else send_solicitation(ndp_.get(), link_, address);
        }
    }
    [[nodiscard]] std::optional<ProbeAnswer> wait(int milliseconds) const {
        pollfd readable[] = {{arp_ ? arp_.get() : -1, POLLIN, 0}, {ndp_ ? ndp_.get() : -1, POLLIN, 0}};
        if (::poll(readable, 2, milliseconds) <= 0) return std::nullopt;
        std::optional<ProbeAnswer> answer;
        if (arp_) answer = read_arp_answers(arp_.get(), link_, addresses_, own_);
        if (!answer && ndp_) answer = read_advertisements(ndp_.get(), link_, addresses_, own_);
        return answer;
    }

private:
    const Link& link_;
    Address source_;
    const std::vector<Address>& addresses_;
    const std::vector<std::string>& own_;
    UniqueFd arp_, ndp_;
};

}  // namespace

bool can_probe(const Link& link) {
    return (link.flags & IFF_UP) && (link.flags & IFF_RUNNING) && !(link.flags & (IFF_NOARP | IFF_LOOPBACK)) &&
           link.type == ARPHRD_ETHER && link.mac.size() == ETH_ALEN;
}

std::optional<ProbeAnswer> probe(const Link& link, const std::optional<Address>& source,
                                 const std::vector<Address>& addresses, const std::vector<std::string>& own) {
    const Question question(link, source, addresses, own);
    const auto begin = Clock::now();
    for (int sent = 0;;) {
        Interrupt::check();
        const auto passed = Clock::now() - begin;
        if (passed >= patience) return std::nullopt;
        if (sent < requests && passed >= sent * between_requests) {
            ++sent;
            question.ask();
        }
        const auto next = std::min<Clock::duration>(patience, sent < requests ? sent * between_requests : patience);
        const auto wait = std::chrono::ceil<std::chrono::milliseconds>(next - (Clock::now() - begin)).count();
        if (auto answer = question.wait(static_cast<int>(std::max<long>(wait, 0)))) return answer;
    }
}

void announce(const Link& link, const std::vector<Address>& addresses, bool router) {
    UniqueFd arp, ndp;
    for (const auto& address : addresses) {
        const bool v4 = address.family() == Address::Family::v4;
        auto& fd = v4 ? arp : ndp;
        if (!fd) fd = open_packets(link, v4 ? ETH_P_ARP : ETH_P_IPV6);
        if (v4) send_arp_request(fd.get(), link, address, address);
        else send_advertisement(fd.get(), link, address, router);
    }
}

}  // namespace jailctl::lifecycle
