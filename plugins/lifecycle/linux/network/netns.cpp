#include "netns.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>

#include "../astray.hpp"

#include "jailctl/sdk/error.hpp"

namespace jailctl::lifecycle {

InsideNetns::InsideNetns(int netns) : outside_(::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC)) {
    if (!outside_) throw_errno("cannot open the host's network namespace");
    if (::setns(netns, CLONE_NEWNET) != 0) throw_errno("cannot enter the jail's network namespace");
}

InsideNetns::~InsideNetns() {
    if (::setns(outside_.get(), CLONE_NEWNET) != 0) end_astray("network");
}

std::uint64_t this_netns() {
    struct stat found{};
    if (::stat("/proc/self/ns/net", &found) != 0) throw_errno("cannot identify the host's network namespace");
    return found.st_ino;
}

}  // namespace jailctl::lifecycle
