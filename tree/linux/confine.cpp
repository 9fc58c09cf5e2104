#include "isolate.hpp"

#include <array>
#include <cerrno>
#include <clocale>
#include <fcntl.h>
#include <iconv.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <malloc.h>
#include <memory>
#include <openssl/evp.h>
#include <csignal>
#include <seccomp.h>
#include <set>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace jailctl::tree {
namespace {

[[maybe_unused]] constexpr rlim_t address_space = rlim_t{512} << 20;
constexpr rlim_t open_files = 1024;

constexpr std::array kept_by_host_ids{CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER, CAP_FSETID,
                                      CAP_LINUX_IMMUTABLE, CAP_MKNOD, CAP_SETFCAP, CAP_SYS_ADMIN};
constexpr std::array kept_in_userns{CAP_CHOWN,  CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH,
                                    CAP_FOWNER, CAP_FSETID,       CAP_SETFCAP};

std::uint64_t kept_capabilities(bool host_ids) {
    std::uint64_t kept = 0;
    if (host_ids)
        for (const int capability : kept_by_host_ids) kept |= std::uint64_t{1} << capability;
    else
        for (const int capability : kept_in_userns) kept |= std::uint64_t{1} << capability;
    return kept;
}

void cut_capabilities(std::uint64_t kept) {
    for (int capability = 0; ::prctl(PR_CAPBSET_READ, capability) >= 0; ++capability)
        if ((kept >> capability & 1) == 0 && ::prctl(PR_CAPBSET_DROP, capability) != 0)
            throw_errno("cannot drop a capability of the tree helper");
    if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0)
        throw_errno("cannot clear ambient capabilities");
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[2]{};
    for (std::size_t word = 0; word < 2; ++word)
        data[word].effective = data[word].permitted = static_cast<std::uint32_t>(kept >> (32 * word));
    if (::syscall(SYS_capset, &header, data) != 0) throw_errno("cannot drop capabilities of the tree helper");
}

void limit(int resource, rlim_t value) {
    rlimit current{};
    if (::getrlimit(static_cast<__rlimit_resource>(resource), &current) != 0) throw_errno("cannot read a limit");
    const rlimit wanted{std::min(value, current.rlim_max), std::min(value, current.rlim_max)};
    if (::setrlimit(static_cast<__rlimit_resource>(resource), &wanted) != 0) throw_errno("cannot set a limit");
}

#ifndef JAILCTL_SANITIZED
using Filter = std::unique_ptr<void, void (*)(scmp_filter_ctx)>;

void check(int result) {
    if (result != 0)
        throw Error(Errc::io, "cannot filter the system calls of the tree helper", {-result, std::generic_category()});
}

/// Everything by which a process reaches out of its root, its namespaces or itself.
constexpr const char* refused[] = {
    "mount",
    "umount",
    "umount2",
    "pivot_root",
    "chroot",
    "open_tree",
    "open_tree_attr",
    "move_mount",
    "mount_setattr",
    "fsopen",
    "fsconfig",
    "fsmount",
    "fspick",
    "setns",
    "unshare",
    "fork",
    "vfork",
    "execve",
    "execveat",
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "process_madvise",
    "kcmp",
    "pidfd_open",
    "pidfd_getfd",
    "pidfd_send_signal",
    "kill",
    "tkill",
    "rt_sigqueueinfo",
    "rt_tgsigqueueinfo",
    "bpf",
    "perf_event_open",
    "userfaultfd",
    "io_uring_setup",
    "io_uring_enter",
    "io_uring_register",
    "socket",
    "socketpair",
    "bind",
    "connect",
    "listen",
    "accept",
    "accept4",
    "open_by_handle_at",
    "name_to_handle_at",
    "fanotify_init",
    "fanotify_mark",
    "add_key",
    "request_key",
    "keyctl",
    "init_module",
    "finit_module",
    "delete_module",
    "kexec_load",
    "kexec_file_load",
    "reboot",
    "swapon",
    "swapoff",
    "quotactl",
    "quotactl_fd",
    "acct",
    "syslog",
    "sethostname",
    "setdomainname",
    "settimeofday",
    "clock_settime",
    "clock_adjtime",
    "adjtimex",
    "iopl",
    "ioperm",
    "vhangup",
    "lookup_dcookie",
    "nfsservctl",
    "personality",
    "ioprio_set",
    "setpriority",
    "sched_setscheduler",
    "migrate_pages",
    "move_pages",
    "memfd_secret",
};

void filter_system_calls() {
    const Filter filter(seccomp_init(SCMP_ACT_ALLOW), &seccomp_release);
    if (!filter) throw Error(Errc::io, "cannot filter the system calls of the tree helper");
    check(seccomp_attr_set(filter.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS));
    for (const char* name : refused) {
        const int number = seccomp_syscall_resolve_name(name);
        if (number != __NR_SCMP_ERROR) check(seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EPERM), number, 0));
    }
    // Threads only: clone3 hides its flags from a filter, and without it the C library falls back to clone.
    check(seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0));
    check(seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
                           SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0)));
    check(seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EPERM), SCMP_SYS(tgkill), 1,
                           SCMP_A0(SCMP_CMP_NE, static_cast<scmp_datum_t>(::getpid()))));
    check(seccomp_load(filter.get()));
}
#endif

void keep_only(const Request& request) {
    std::set<unsigned> kept{0, 1, 2, channel_fd};
    for (const int fd : {request.root, request.userns})
        if (fd >= 0) kept.insert(static_cast<unsigned>(fd));
    for (const auto& [role, fd] : request.descriptors) kept.insert(static_cast<unsigned>(fd));
    unsigned next = 0;
    for (const unsigned fd : kept) {
        if (fd > next) ::close_range(next, fd - 1, 0);
        next = fd + 1;
    }
    ::close_range(next, ~0U, 0);
}

}  // namespace

void prepare_process(const Request& request) {
    keep_only(request);
    ::umask(0);
    ::signal(SIGPIPE, SIG_IGN);
    ::signal(SIGXFSZ, SIG_IGN);
    ::mallopt(M_ARENA_MAX, 2);  // an arena per thread would fill the address space with nothing
    if (::setlocale(LC_CTYPE, "C.UTF-8") == nullptr)
        throw Error(Errc::unsupported, "this system has no C.UTF-8 locale");
    if (const iconv_t warm = ::iconv_open("UTF-8", "UTF-8"); warm != iconv_t(-1)) ::iconv_close(warm);
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_ADD_ALL_DIGESTS, nullptr);
    if (EVP_MD* warm = EVP_MD_fetch(nullptr, "SHA256", nullptr)) EVP_MD_free(warm);
}

void confine(bool host_ids) {
    cut_capabilities(kept_capabilities(host_ids));
    if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        throw_errno("cannot confine the tree helper");
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NOFILE, open_files);
#ifndef JAILCTL_SANITIZED
    limit(RLIMIT_AS, address_space);
    filter_system_calls();
#endif
}

}  // namespace jailctl::tree
