#include "nft_same.hpp"

#include <linux/netlink.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

namespace jailctl::lifecycle {
namespace {

struct Attribute {
    std::uint16_t type = 0;
    bool nest = false;
    std::string_view content{};
};

/// @return false: the bytes are no attributes
bool take_apart(std::string_view bytes, std::vector<Attribute>& attributes) {
    while (!bytes.empty()) {
        nlattr head{};
        if (bytes.size() < sizeof head) return false;
        std::memcpy(&head, bytes.data(), sizeof head);
        if (head.nla_len < NLA_HDRLEN || head.nla_len > bytes.size()) return false;
        attributes.push_back({static_cast<std::uint16_t>(head.nla_type & NLA_TYPE_MASK),
                              (head.nla_type & NLA_F_NESTED) != 0,
                              bytes.substr(NLA_HDRLEN, head.nla_len - std::size_t{NLA_HDRLEN})});
        bytes.remove_prefix(std::min<std::size_t>(NLA_ALIGN(head.nla_len), bytes.size()));
    }
    return true;
}

/// Of one type each; what was not sent is a default that this kernel tells.
bool holds(std::string_view told, std::string_view sent) {
    std::vector<Attribute> ours, theirs;
    if (!take_apart(sent, ours) || !take_apart(told, theirs)) return false;
    return std::ranges::all_of(ours, [&](const Attribute& one) {
        const auto found = std::ranges::find(theirs, one.type, &Attribute::type);
        if (found == theirs.end()) return false;
        return one.nest ? holds(found->content, one.content) : found->content == one.content;
    });
}

bool is_same(const Attribute& sent, const Attribute& told) {
    return sent.type == told.type && holds(told.content, sent.content);
}

}  // namespace

bool is_same_rule(std::string_view sent, std::string_view told) {
    std::vector<Attribute> ours, theirs;  // the expressions
    return take_apart(sent, ours) && take_apart(told, theirs) && std::ranges::equal(ours, theirs, is_same);
}

bool begins_same(std::string_view sent, std::string_view told) {
    std::vector<Attribute> ours, theirs;
    if (!take_apart(sent, ours) || !take_apart(told, theirs) || theirs.size() < ours.size()) return false;
    return std::equal(ours.begin(), ours.end(), theirs.begin(), is_same);
}

}  // namespace jailctl::lifecycle
