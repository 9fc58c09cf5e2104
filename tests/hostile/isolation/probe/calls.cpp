#include <csignal>
#include <ctime>
#include <fcntl.h>
#include <linux/reboot.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <utility>

#include "probe.hpp"

namespace probe {
namespace {

/// System calls that are refused whatever their arguments are: they get none that would do anything.
struct Call {
    const char* name;
    long number;
};
constexpr Call refused[] = {
    {"add_key", SYS_add_key}, {"request_key", SYS_request_key}, {"keyctl", SYS_keyctl},
    {"io_uring_setup", SYS_io_uring_setup}, {"io_uring_enter", SYS_io_uring_enter},
    {"io_uring_register", SYS_io_uring_register}, {"bpf", SYS_bpf}, {"perf_event_open", SYS_perf_event_open},
    {"userfaultfd", SYS_userfaultfd}, {"process_vm_readv", SYS_process_vm_readv},
    {"process_vm_writev", SYS_process_vm_writev}, {"kcmp", SYS_kcmp}, {"open_by_handle_at", SYS_open_by_handle_at},
    {"name_to_handle_at", SYS_name_to_handle_at}, {"fanotify_init", SYS_fanotify_init},
    {"fanotify_mark", SYS_fanotify_mark}, {"init_module", SYS_init_module}, {"finit_module", SYS_finit_module},
    {"delete_module", SYS_delete_module}, {"kexec_load", SYS_kexec_load}, {"kexec_file_load", SYS_kexec_file_load},
    {"swapon", SYS_swapon}, {"swapoff", SYS_swapoff}, {"acct", SYS_acct}, {"quotactl", SYS_quotactl},
    {"quotactl_fd", SYS_quotactl_fd}, {"syslog", SYS_syslog}, {"clock_settime", SYS_clock_settime},
    {"clock_adjtime", SYS_clock_adjtime}, {"settimeofday", SYS_settimeofday}, {"adjtimex", SYS_adjtimex},
    {"vhangup", SYS_vhangup}, {"lookup_dcookie", SYS_lookup_dcookie}, {"nfsservctl", SYS_nfsservctl},
    {"clone3", SYS_clone3}, {"unknown-call", 1000}, {"cachestat", 451}, {"statmount", 457}, {"listmount", 458},
    {"open_tree_attr", 467},
#ifdef __x86_64__
    {"iopl", SYS_iopl}, {"ioperm", SYS_ioperm}, {"modify_ldt", SYS_modify_ldt}, {"create_module", SYS_create_module},
    {"query_module", SYS_query_module}, {"get_kernel_syms", SYS_get_kernel_syms}, {"uselib", SYS_uselib},
    {"x32-getpid", 0x40000000 + 39},
#endif
};

long clone_with(int flag) {
    const long pid = syscall(SYS_clone, flag | SIGCHLD, 0, 0, 0, 0);
    if (pid == 0) _exit(0);
    return pid;
}

constexpr std::pair<const char*, int> kinds[] = {{"user", CLONE_NEWUSER}, {"mount", CLONE_NEWNS}, {"net", CLONE_NEWNET},
                                                 {"pid", CLONE_NEWPID}, {"ipc", CLONE_NEWIPC}, {"uts", CLONE_NEWUTS},
                                                 {"cgroup", CLONE_NEWCGROUP}};

}  // namespace

void namespaces() {
    for (const auto& [name, flag] : kinds) {
        attempt_call(std::string("unshare-") + name, [flag = flag] { return unshare(flag); });
        attempt_call(std::string("clone-") + name, [flag = flag] { return clone_with(flag); });
    }
    for (const char* kind : {"net", "user", "mnt"})
        attempt_call(std::string("setns-") + kind, [kind] {
            return setns(open((std::string("/proc/self/ns/") + kind).c_str(), O_RDONLY), 0);
        });
}

void calls() {
    for (const Call& call : refused)
        attempt_call(call.name, [&] { return syscall(call.number, -1L, nullptr, nullptr, nullptr, nullptr, nullptr); });
#ifdef __x86_64__
    attempt_call("int80-getpid", [] {
        long result = 20;  // getpid by the gate of another architecture
        asm volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
        errno = static_cast<int>(-result);
        return result;
    });
#endif
}

void host_wide() {
    attempt_call("personality-query", [] { return personality(0xffffffff); });
    attempt_call("personality-plain", [] { return personality(0); });
    attempt_call("personality-norandom", [] { return personality(ADDR_NO_RANDOMIZE); });
    attempt_call("chroot", [] { return chroot("/tmp"); });
    attempt_call("nice", [] { return setpriority(PRIO_PROCESS, 0, -5); });
    attempt_call("realtime", [] {
        const sched_param priority{1};
        return sched_setscheduler(0, SCHED_FIFO, &priority);
    });
    attempt_call("io-realtime", [] { return syscall(SYS_ioprio_set, 1, 0, 1 << 13); });
    attempt_call("raise-nofile", [] {
        const rlimit more{1 << 20, 1 << 20};
        return setrlimit(RLIMIT_NOFILE, &more);
    });
    // Its own name: under `system` it may be set.
    attempt_call("sethostname", [] {
        char name[256];
        return gethostname(name, sizeof name) != 0 ? -1 : sethostname(name, __builtin_strlen(name));
    });
    attempt_call("reboot-no-cad",
                 [] { return syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, 0, nullptr); });
    attempt_call("xattr-trusted", [] { return setxattr("/root", "trusted.probe", "x", 1, 0); });
    attempt_call("immutable", [] {
        const int file = open("/tmp/immutable", O_CREAT | O_RDWR, 0600);
        long flags = 0x10;  // FS_IMMUTABLE_FL
        const int result = ioctl(file, _IOW('f', 2, long), &flags);
        const int error = errno;
        unlink("/tmp/immutable");
        errno = error;
        return result;
    });
}

}  // namespace probe
