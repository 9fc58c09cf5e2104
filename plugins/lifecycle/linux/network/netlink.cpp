#include "netlink.hpp"

#include <linux/netlink.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <vector>

namespace jailctl::lifecycle {

namespace {

/// The kernel's own explanation in an acknowledgement (NETLINK_EXT_ACK), e.g. "Invalid prefix for given prefix length".
std::string words_of(const nlmsghdr& message) {
    if ((message.nlmsg_flags & NLM_F_ACK_TLVS) == 0) return {};
    const auto* error = static_cast<const nlmsgerr*>(mnl_nlmsg_get_payload(&message));
    std::size_t offset = sizeof(nlmsgerr);
    if ((message.nlmsg_flags & NLM_F_CAPPED) == 0) offset += MNL_ALIGN(error->msg.nlmsg_len - sizeof(nlmsghdr));
    if (offset >= mnl_nlmsg_get_payload_len(&message)) return {};
    return NetlinkAttributes<NLMSGERR_ATTR_MSG>(message, offset).text(NLMSGERR_ATTR_MSG);
}

}  // namespace

Error NetlinkAnswer::refusal(const std::string& what) const {
    const std::error_code cause(error, std::system_category());
    const bool lacking = error == EOPNOTSUPP || error == EPROTONOSUPPORT || error == EAFNOSUPPORT;
    return Error(lacking           ? Errc::unsupported
                 : error == EEXIST ? Errc::exists
                                   : code_of(cause),
                 what + (words.empty() ? "" : " (" + words + ")"), cause);
}

Netlink::Netlink(int bus) : socket_(mnl_socket_open2(bus, SOCK_CLOEXEC)) {
    if (!socket_ || mnl_socket_bind(socket_.get(), 0, MNL_SOCKET_AUTOPID) != 0) {
        throw NetlinkAnswer{errno, {}}.refusal("cannot talk to the kernel's network configuration (netlink)");
    }
    int on = 1;
    (void)mnl_socket_setsockopt(socket_.get(), NETLINK_EXT_ACK, &on, sizeof on);
    (void)mnl_socket_setsockopt(socket_.get(), NETLINK_CAP_ACK, &on, sizeof on);
}

void Netlink::send(NetlinkMessage& message) {
    message.header()->nlmsg_seq = ++sequence_;
    if (mnl_socket_sendto(socket_.get(), message.header(), message.header()->nlmsg_len) < 0) {
        throw_errno("cannot send to the kernel's network configuration (netlink)");
    }
}

NetlinkAnswer Netlink::ask(NetlinkMessage& message, const std::function<void(const nlmsghdr&)>& each) {
    const bool dump = (message.header()->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
    if (!dump) message.header()->nlmsg_flags |= NLM_F_ACK;
    send(message);
    std::vector<char> buffer(32768);  // what the kernel fills at most for one dump message
    for (;;) {
        const auto received = mnl_socket_recvfrom(socket_.get(), buffer.data(), buffer.size());
        if (received < 0 && errno == EINTR) continue;
        if (received < 0) throw_errno("cannot read from the kernel's network configuration (netlink)");
        int rest = static_cast<int>(received);
        for (auto* at = reinterpret_cast<const nlmsghdr*>(buffer.data()); mnl_nlmsg_ok(at, rest);
             at = mnl_nlmsg_next(at, &rest)) {
            if (at->nlmsg_seq != sequence_) continue;  // the rest of an answer that was given up
            if (at->nlmsg_type == NLMSG_DONE) return {};
            if (at->nlmsg_type == NLMSG_ERROR) {
                const auto* error = static_cast<const nlmsgerr*>(mnl_nlmsg_get_payload(at));
                return {-error->error, words_of(*at)};
            }
            if (at->nlmsg_type >= NLMSG_MIN_TYPE) each(*at);
        }
    }
}

NetlinkAnswer Netlink::try_batch(std::string messages) {
    const auto before = sequence_;
    int rest = static_cast<int>(messages.size());
    for (auto* at = reinterpret_cast<nlmsghdr*>(messages.data()); mnl_nlmsg_ok(at, rest);
         at = mnl_nlmsg_next(at, &rest))
        at->nlmsg_seq = ++sequence_;
    const int room = static_cast<int>(2 * messages.size());  // the kernel counts what it needs beside the bytes
    if (messages.size() > 65536)
        (void)::setsockopt(mnl_socket_get_fd(socket_.get()), SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room);
    if (mnl_socket_sendto(socket_.get(), messages.data(), messages.size()) < 0)
        throw_errno("cannot send to the kernel's network configuration (netlink)");
    return verdict_since(before);
}

NetlinkAnswer Netlink::verdict_since(std::uint32_t sequence) {
    std::optional<NetlinkAnswer> first;
    std::vector<char> buffer(32768);
    for (;;) {
        const auto received = ::recv(mnl_socket_get_fd(socket_.get()), buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (received < 0 && errno == EINTR) continue;
        if (received < 0 && errno != EAGAIN)
            throw_errno("cannot read from the kernel's network configuration (netlink)");
        if (received < 0) return first.value_or(NetlinkAnswer{EIO, "the kernel did not answer"});
        int rest = static_cast<int>(received);
        for (auto* at = reinterpret_cast<const nlmsghdr*>(buffer.data()); mnl_nlmsg_ok(at, rest);
             at = mnl_nlmsg_next(at, &rest)) {
            if (at->nlmsg_seq <= sequence || at->nlmsg_type != NLMSG_ERROR) continue;
            const auto* error = static_cast<const nlmsgerr*>(mnl_nlmsg_get_payload(at));
            if (!first || first->ok()) first = NetlinkAnswer{-error->error, words_of(*at)};
        }
    }
}

NetlinkAnswer Netlink::try_change(NetlinkMessage& message) {
    return ask(message, [](const nlmsghdr&) {});
}

void Netlink::change(NetlinkMessage& message, const std::string& what) {
    const auto answer = try_change(message);
    if (answer.ok()) return;
    throw answer.refusal("cannot " + what);
}

}  // namespace jailctl::lifecycle
