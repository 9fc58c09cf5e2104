#pragma once

#include <vector>

#include "archive/tar_writer.hpp"
#include "walk.hpp"

#include "jailctl/sdk/value.hpp"

namespace jailctl::tree {

/// Sockets of a tree. No tar carries one, so the end marker lists them: "socket_list": [{"path", "mode", "uid", "gid",
/// "modified", "nanoseconds"}], the first 1000. A restore of what this host made makes them again, with nobody behind.
class SocketList {
public:
    void add(const Entry& entry);
    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
    [[nodiscard]] const Value& list() const noexcept { return list_; }

private:
    std::uint64_t count_ = 0;
    Value list_ = Value::array();
};

/// What a marker lists, to be made like any other member. A stranger may have written it: paths are not checked here.
[[nodiscard]] std::vector<Member> listed_sockets(const Value& marker);

}  // namespace jailctl::tree
