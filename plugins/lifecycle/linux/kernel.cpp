#include "kernel.hpp"

#include <cerrno>
#include <charconv>
#include <string>
#include <sys/prctl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"

namespace jailctl::lifecycle {

void require_release(std::string_view release) {
    int major = 0, minor = 0;
    const char* end = release.data() + release.size();
    const auto first = std::from_chars(release.data(), end, major);
    if (first.ec == std::errc{} && first.ptr != end) std::from_chars(first.ptr + 1, end, minor);
    if (major > 5 || (major == 5 && minor >= 15)) return;
    throw Error(Errc::unsupported, "jails need Linux 5.15 or newer (openat2, clone3, close_range, mount_setattr, "
                                   "cgroup.kill), this is " + std::string(release))
        .with_hint("boot a newer kernel");
}

void require_kernel() {
    utsname name{};
    ::uname(&name);
    require_release(name.release);
    if (::access("/proc/self/ns/user", F_OK) != 0)
        throw Error(Errc::unsupported, errno == ENOENT
                                           ? "this kernel has no user namespaces (or /proc is not mounted), "
                                             "and jails are not started without one"
                                           : "cannot look at /proc/self/ns/user");
    if (::prctl(PR_GET_SECCOMP) < 0)
        throw Error(Errc::unsupported, "this kernel has no seccomp filters, and jails are not started without one");
}

}  // namespace jailctl::lifecycle
