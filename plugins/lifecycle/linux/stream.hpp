#pragma once

#include <chrono>
#include <functional>
#include <string_view>
#include <vector>

#include "jailctl/sdk/scoped.hpp"

namespace jailctl::lifecycle {

/// Bytes on their way between a process in a jail and us.
struct Stream {
    UniqueFd ours;  ///< our end of the pipe
    int outer = -1; ///< our own descriptor: read from for 0, written to for 1 and 2
    bool input = false;
    std::function<void(std::string_view)> sink;  ///< instead of `outer`, for output
};

/// Carries streams until the process of `handle` has ended and what it wrote is delivered; a descendant that keeps a
/// pipe open is not waited for. A signal to us is passed on to the process, which is killed if it goes on for ten
/// seconds or another signal comes.
/// @param tick  called every so often; may be empty
/// @return false if `limit` (0: none) passed first  @throws Error timeout: it does not even end when it is killed
bool carry_streams(std::vector<Stream>& streams, int handle, std::chrono::milliseconds limit,
                   const std::function<void()>& tick = {});

}  // namespace jailctl::lifecycle
