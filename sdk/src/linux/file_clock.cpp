#include <ctime>

#include "jailctl/sdk/files.hpp"

namespace jailctl {

std::chrono::nanoseconds file_clock_now() noexcept {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

}  // namespace jailctl
