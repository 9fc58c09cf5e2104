#pragma once

#include <cstdint>
#include <sys/syscall.h>

/// The table of refused system calls (security.md 4). Everything else up to the newest call of the headers we were
/// built with is allowed; newer ones do not exist for a jail (ENOSYS), because nobody has judged them.
namespace jailctl::lifecycle {

enum class CallVerdict : std::uint8_t {
    allow,
    refuse,       ///< EPERM
    absent,       ///< ENOSYS: libc has another way, or the feature is optional
    clone,        ///< no CLONE_NEW* flag
    nested,       ///< no CLONE_NEWUSER
    socket,       ///< UNIX, INET, INET6, NETLINK_ROUTE
    any_netlink,  ///< UNIX, INET, INET6, NETLINK
    ioctl,        ///< not TIOCSTI, not TIOCLINUX
    personality,  ///< 0 and the query
};

struct CallRule {
    long call;
    CallVerdict verdict;
    CallVerdict system = verdict;  ///< under CAPABILITIES=system
};

inline constexpr long newest_call = SYS_set_mempolicy_home_node;

#define JAILCTL_REFUSE(name) {SYS_##name, CallVerdict::refuse},
#define JAILCTL_SYSTEM_ONLY(name) {SYS_##name, CallVerdict::refuse, CallVerdict::allow},

inline constexpr CallRule rules[] = {
    // Nested user namespaces open the kernel; the flags of clone3 are behind a pointer no filter can follow.
    {SYS_clone, CallVerdict::clone, CallVerdict::nested},
    {SYS_clone3, CallVerdict::absent},
    {SYS_unshare, CallVerdict::refuse, CallVerdict::nested},
    JAILCTL_SYSTEM_ONLY(setns)
    // File system surface.
    JAILCTL_SYSTEM_ONLY(mount) JAILCTL_SYSTEM_ONLY(umount2) JAILCTL_SYSTEM_ONLY(pivot_root)
    JAILCTL_SYSTEM_ONLY(fsopen) JAILCTL_SYSTEM_ONLY(fsconfig) JAILCTL_SYSTEM_ONLY(fsmount)
    JAILCTL_SYSTEM_ONLY(fspick) JAILCTL_SYSTEM_ONLY(open_tree)
    JAILCTL_SYSTEM_ONLY(move_mount) JAILCTL_SYSTEM_ONLY(mount_setattr)
    // Keyrings are not namespaced.
    {SYS_add_key, CallVerdict::absent},
    {SYS_request_key, CallVerdict::absent},
    {SYS_keyctl, CallVerdict::absent},
    // Passes by filters on the calls it performs.
    JAILCTL_REFUSE(io_uring_setup) JAILCTL_REFUSE(io_uring_enter) JAILCTL_REFUSE(io_uring_register)
    // Reach of hypervisor and host services; input into a terminal.
    {SYS_socket, CallVerdict::socket, CallVerdict::any_netlink},
    {SYS_socketpair, CallVerdict::socket, CallVerdict::any_netlink},
    {SYS_ioctl, CallVerdict::ioctl},
    // Attack surface and escapes.
    JAILCTL_REFUSE(bpf) JAILCTL_REFUSE(perf_event_open) JAILCTL_REFUSE(userfaultfd) JAILCTL_REFUSE(process_vm_readv)
    JAILCTL_REFUSE(process_vm_writev) JAILCTL_REFUSE(kcmp) JAILCTL_REFUSE(open_by_handle_at)
    JAILCTL_REFUSE(name_to_handle_at) JAILCTL_REFUSE(fanotify_init) JAILCTL_REFUSE(fanotify_mark)
    // Host-wide effect.
    JAILCTL_REFUSE(init_module) JAILCTL_REFUSE(finit_module) JAILCTL_REFUSE(delete_module) JAILCTL_REFUSE(kexec_load)
    JAILCTL_REFUSE(kexec_file_load) JAILCTL_REFUSE(swapon) JAILCTL_REFUSE(swapoff) JAILCTL_REFUSE(acct)
    JAILCTL_REFUSE(quotactl) JAILCTL_REFUSE(quotactl_fd) JAILCTL_REFUSE(syslog) JAILCTL_REFUSE(clock_settime)
    JAILCTL_REFUSE(clock_adjtime) JAILCTL_REFUSE(settimeofday) JAILCTL_REFUSE(adjtimex) JAILCTL_REFUSE(vhangup)
    JAILCTL_REFUSE(lookup_dcookie) JAILCTL_REFUSE(nfsservctl)
    {SYS_personality, CallVerdict::personality},
#ifdef __x86_64__
    JAILCTL_REFUSE(create_module) JAILCTL_REFUSE(query_module) JAILCTL_REFUSE(get_kernel_syms)
    JAILCTL_REFUSE(iopl) JAILCTL_REFUSE(ioperm) JAILCTL_REFUSE(modify_ldt) JAILCTL_REFUSE(uselib)
#endif
};

#undef JAILCTL_REFUSE
#undef JAILCTL_SYSTEM_ONLY

}  // namespace jailctl::lifecycle
