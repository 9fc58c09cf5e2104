#include "archive/socket_list.hpp"

#include "protocol.hpp"

namespace jailctl::tree {
namespace {

constexpr std::uint64_t most_listed = 1000;

}  // namespace

void SocketList::add(const Entry& entry) {
    if (++count_ > most_listed) return;
    const Facts& facts = entry.facts;
    list_.push(Value::object()
                   .set("path", encode_path(entry.path))
                   .set("mode", facts.mode)
                   .set("uid", facts.uid)
                   .set("gid", facts.gid)
                   .set("modified", facts.modified.seconds)
                   .set("nanoseconds", facts.modified.nanoseconds));
}

std::vector<Member> listed_sockets(const Value& marker) {
    std::vector<Member> sockets;
    for (const Value& one : marker["socket_list"].items()) {
        if (sockets.size() == most_listed) break;
        Member member;
        member.kind = Kind::socket;
        member.path = decode_path(one["path"].str());
        member.mode = static_cast<mode_t>(one["mode"].num()) & 07777U;
        member.uid = one["uid"].num(-1);
        member.gid = one["gid"].num(-1);
        member.modified = {one["modified"].num(),
                           static_cast<std::uint32_t>(one["nanoseconds"].num()) % 1'000'000'000U};
        sockets.push_back(std::move(member));
    }
    return sockets;
}

}  // namespace jailctl::tree
