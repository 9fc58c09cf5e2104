#pragma once

#include <libmnl/libmnl.h>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "jailctl/sdk/error.hpp"

namespace jailctl::lifecycle {

/// One netlink message being put together: header, the family's own header, attributes.
class NetlinkMessage {
public:
    NetlinkMessage(std::uint16_t type, std::uint16_t flags) : header_(mnl_nlmsg_put_header(buffer_.data())) {
        header_->nlmsg_type = type;
        header_->nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
    }
    NetlinkMessage(const NetlinkMessage&) = delete;
    NetlinkMessage& operator=(const NetlinkMessage&) = delete;

    /// The family's header (ifinfomsg, rtmsg, ...), zeroed. Called once, before any attribute.
    template <class Family>
    Family& family() {
        return *static_cast<Family*>(mnl_nlmsg_put_extra_header(header_, sizeof(Family)));
    }
    NetlinkMessage& put(std::uint16_t type, std::uint32_t value) {
        mnl_attr_put_u32(header_, type, value);
        return *this;
    }
    NetlinkMessage& put(std::uint16_t type, const std::string& text) {
        mnl_attr_put_strz(header_, type, text.c_str());
        return *this;
    }
    NetlinkMessage& put(std::uint16_t type, const void* data, std::size_t size) {
        mnl_attr_put(header_, type, size, data);
        return *this;
    }
    /// Attributes put by `inside` become the content of one attribute; `Extra` is a header before them (veth's peer).
    void nest(std::uint16_t type, const std::function<void()>& inside) {
        nlattr* start = mnl_attr_nest_start(header_, type);
        inside();
        mnl_attr_nest_end(header_, start);
    }
    [[nodiscard]] nlmsghdr* header() noexcept { return header_; }

private:
    alignas(nlmsghdr) std::array<char, 1024> buffer_{};
    nlmsghdr* header_;
};

/// What the kernel answered to a request: an errno (0: done) and its own words, if it gave any.
struct NetlinkAnswer {
    int error = 0;
    std::string words;
    [[nodiscard]] bool ok() const noexcept { return error == 0; }
    /// As "<what> (<the kernel's words>): <errno>"; of a thing the kernel has no code for: unsupported; of one
    /// that is there: exists.
    [[nodiscard]] Error refusal(const std::string& what) const;
};

/// A netlink socket of the network namespace in which it was opened; it stays there when the process moves on.
class Netlink {
public:
    /// @param bus  NETLINK_ROUTE, NETLINK_NETFILTER @throws Error unsupported: the kernel has no such bus
    explicit Netlink(int bus);

    /// Sends a request and waits for the kernel's verdict.
    [[nodiscard]] NetlinkAnswer try_change(NetlinkMessage& message);
    /// The same; a refusal is thrown as "cannot <what>: <errno> (<the kernel's words>)". @throws Error io, denied, ...
    void change(NetlinkMessage& message, const std::string& what);
    /// Sends several messages at once and reads what came back: the first refusal, else success. For netfilter, which
    /// has dealt with all of them before the kernel takes more, and where one of them asks for an answer (NLM_F_ACK).
    [[nodiscard]] NetlinkAnswer try_batch(std::string messages);
    /// A question: each message of the answer goes to `each`; `false` from a query of one thing that is not there.
    NetlinkAnswer ask(NetlinkMessage& message, const std::function<void(const nlmsghdr&)>& each);

private:
    struct Close {
        void operator()(mnl_socket* socket) const noexcept { mnl_socket_close(socket); }
    };
    void send(NetlinkMessage& message);
    NetlinkAnswer verdict_since(std::uint32_t sequence);
    std::unique_ptr<mnl_socket, Close> socket_;
    std::uint32_t sequence_ = 0;
};

/// Attributes of a message by type; `Max` as the family's *_MAX. Unknown types are skipped.
template <std::size_t Max>
struct NetlinkAttributes {
    std::array<const nlattr*, Max + 1> at{};
    NetlinkAttributes(const nlmsghdr& message, std::size_t family_header)
        : NetlinkAttributes(mnl_nlmsg_get_payload_offset(&message, family_header),
                            mnl_nlmsg_get_payload_tail(&message)) {}
    explicit NetlinkAttributes(const nlattr& nest)
        : NetlinkAttributes(mnl_attr_get_payload(&nest),
                            static_cast<const char*>(mnl_attr_get_payload(&nest)) + mnl_attr_get_payload_len(&nest)) {}
    [[nodiscard]] std::string text(std::size_t type) const {
        if (!at[type]) return {};
        const std::string_view bytes(static_cast<const char*>(mnl_attr_get_payload(at[type])),
                                     mnl_attr_get_payload_len(at[type]));
        return std::string(bytes.substr(0, bytes.find('\0')));
    }
    [[nodiscard]] std::uint32_t number(std::size_t type) const {
        return at[type] && mnl_attr_get_payload_len(at[type]) >= 4 ? mnl_attr_get_u32(at[type]) : 0;
    }
    [[nodiscard]] std::string bytes(std::size_t type) const {
        if (!at[type]) return {};
        return {static_cast<const char*>(mnl_attr_get_payload(at[type])), mnl_attr_get_payload_len(at[type])};
    }

private:
    NetlinkAttributes(const void* begin, const void* end) {
        const auto* attribute = static_cast<const nlattr*>(begin);
        while (mnl_attr_ok(attribute, static_cast<int>(static_cast<const char*>(end) -
                                                       reinterpret_cast<const char*>(attribute)))) {
            const auto type = mnl_attr_get_type(attribute);
            if (type <= Max) at[type] = attribute;
            attribute = mnl_attr_next(attribute);
        }
    }
};

}  // namespace jailctl::lifecycle
