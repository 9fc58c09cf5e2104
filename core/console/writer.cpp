#include "console/writer.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

#include "jailctl/sdk/interrupt.hpp"

namespace jailctl::core {
namespace {

constexpr int grace_ms = 1000;  // for a reader that is slow, once a signal came
constexpr std::size_t piece = PIPE_BUF;  // a pipe that poll(2) finds room in takes so much without a wait

}  // namespace

int Writer::write(std::string_view text) {
    while (!text.empty()) {
        if (const int failed = wait_for_room(); failed != 0) return failed;
        const auto n = ::write(fd_, text.data(), std::min(text.size(), piece));
        if (n < 0 && errno != EINTR && errno != EAGAIN) return errno;
        if (n > 0) text.remove_prefix(static_cast<std::size_t>(n));
    }
    return 0;
}

/// What else is wrong with the descriptor is for write(2) to tell.
int Writer::wait_for_room() {
    pollfd waiting[2] = {{fd_, POLLOUT, 0}, {Interrupt::fd(), POLLIN, 0}};
    while (::poll(waiting, 2, -1) < 0)
        if (errno != EINTR) return errno;
    if (waiting[0].revents != 0) return 0;
    if (!gave_up_ && ::poll(waiting, 1, grace_ms) > 0) return 0;
    gave_up_ = true;
    return EINTR;
}

}  // namespace jailctl::core
