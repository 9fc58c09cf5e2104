#pragma once

#include <cstdint>

#include "jailctl/sdk/scoped.hpp"

namespace jailctl::lifecycle {

/// While one lives, this (single-threaded) process is in the network namespace of `netns`: sockets opened and
/// /proc/sys/net written meanwhile are that namespace's. Going back cannot fail silently: the process ends instead,
/// because everything after it would configure the wrong host.
class InsideNetns {
public:
    /// @throws Error denied, io
    explicit InsideNetns(int netns);
    ~InsideNetns();
    InsideNetns(const InsideNetns&) = delete;
    InsideNetns& operator=(const InsideNetns&) = delete;

private:
    UniqueFd outside_;
};

/// Identifies the caller's network namespace among those that live: the inode of /proc/self/ns/net.
/// Records have it as "stack".
[[nodiscard]] std::uint64_t this_netns();

}  // namespace jailctl::lifecycle
