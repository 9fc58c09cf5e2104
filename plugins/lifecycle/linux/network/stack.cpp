#include "stack.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>

#include "../astray.hpp"

#include "jailctl/sdk/error.hpp"

namespace jailctl::lifecycle {

InsideStack::InsideStack(int stack) : outside_(::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC)) {
    if (!outside_) throw_errno("cannot open the host's network namespace");
    if (::setns(stack, CLONE_NEWNET) != 0) throw_errno("cannot enter the jail's network namespace");
}

InsideStack::~InsideStack() {
    if (::setns(outside_.get(), CLONE_NEWNET) != 0) end_astray("network");
}

std::uint64_t this_stack() {
    struct stat found{};
    if (::stat("/proc/self/ns/net", &found) != 0) throw_errno("cannot identify the host's network namespace");
    return found.st_ino;
}

}  // namespace jailctl::lifecycle
