#pragma once

#include <cstdint>

#include "jailctl/sdk/scoped.hpp"

namespace jailctl::lifecycle {

/// While one lives, this (single-threaded) process is in the network namespace of `stack`: sockets opened and
/// /proc/sys/net written meanwhile are that namespace's. Going back cannot fail silently: the process ends instead,
/// because everything after it would configure the wrong host.
class InsideStack {
public:
    /// @throws Error denied, io
    explicit InsideStack(int stack);
    ~InsideStack();
    InsideStack(const InsideStack&) = delete;
    InsideStack& operator=(const InsideStack&) = delete;

private:
    UniqueFd outside_;
};

/// Identifies the caller's network namespace among those that live: the inode of /proc/self/ns/net.
[[nodiscard]] std::uint64_t this_stack();

}  // namespace jailctl::lifecycle
