#include "capabilities.hpp"

#include <cerrno>
#include <cstdint>
#include <initializer_list>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"

namespace jailctl::lifecycle {
namespace {

constexpr std::uint64_t set_of(std::initializer_list<unsigned> capabilities) {
    std::uint64_t set = 0;
    for (const unsigned capability : capabilities) set |= std::uint64_t{1} << capability;
    return set;
}

// Ordinary administration inside; SYS_BOOT because power-off from inside needs it and ends only the jail.
constexpr std::uint64_t kept_always = set_of({CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FOWNER, CAP_FSETID, CAP_SETUID,
                                              CAP_SETGID, CAP_SETPCAP, CAP_SETFCAP, CAP_KILL, CAP_IPC_OWNER, CAP_LEASE,
                                              CAP_SYS_BOOT, CAP_NET_BIND_SERVICE, CAP_SYS_CHROOT, CAP_AUDIT_WRITE});
// Bounded by the user namespace; SYS_ADMIN is most of the kernel's surface.
constexpr std::uint64_t kept_by_systems = set_of({CAP_SYS_ADMIN, CAP_NET_ADMIN, CAP_NET_RAW, CAP_NET_BROADCAST,
                                                  CAP_SYS_PTRACE, CAP_SYS_NICE, CAP_SYS_RESOURCE, CAP_SYS_TTY_CONFIG,
                                                  CAP_IPC_LOCK, CAP_DAC_READ_SEARCH});

}  // namespace

void confine_capabilities(Confinement confinement) {
    const std::uint64_t kept = kept_always | (confinement == Confinement::system ? kept_by_systems : 0);
    // Up to the last one this kernel knows, which may be newer than our headers: an unknown one must not stay.
    for (unsigned capability = 0; capability < 64; ++capability) {
        if ((kept >> capability & 1U) != 0) continue;
        if (::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0) continue;
        if (errno == EINVAL && capability > 0) break;
        throw_errno("cannot drop a capability of the jail");
    }
    if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0)
        throw_errno("cannot clear ambient capabilities");
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[2]{};
    for (int half = 0; half < 2; ++half)
        data[half].effective = data[half].permitted = static_cast<std::uint32_t>(kept >> (32 * half));
    if (::syscall(SYS_capset, &header, data) != 0) throw_errno("cannot set the jail's capabilities");
}

}  // namespace jailctl::lifecycle
