/// Tries each thing a jail must not do and prints "name=RESULT": ok, or the name of the error.
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace {

void say(const char* name, long result) {
    const char* text = result >= 0 ? "ok" : strerrorname_np(errno);
    std::printf("%s=%s\n", name, text != nullptr ? text : "?");
}

void namespaces() {
    say("unshare-user", unshare(CLONE_NEWUSER));
    say("unshare-mount", unshare(CLONE_NEWNS));
    const int self = open("/proc/self/ns/net", O_RDONLY);
    say("setns", setns(self, CLONE_NEWNET));
    for (const auto& [name, flag] : {std::pair{"clone-user", CLONE_NEWUSER}, std::pair{"clone-mount", CLONE_NEWNS},
                                     std::pair{"clone-net", CLONE_NEWNET}, std::pair{"clone-cgroup", CLONE_NEWCGROUP}}) {
        const long pid = syscall(SYS_clone, flag | SIGCHLD, 0, 0, 0, 0);
        if (pid == 0) _exit(0);
        say(name, pid);
    }
    clone_args arguments{};
    arguments.flags = CLONE_NEWUSER;
    arguments.exit_signal = SIGCHLD;
    const long pid = syscall(SYS_clone3, &arguments, sizeof arguments);
    if (pid == 0) _exit(0);
    say("clone3", pid);
}

void mounts() {
    say("mount", mount("none", "/tmp", "tmpfs", 0, nullptr));
    say("remount", mount(nullptr, "/sys", nullptr, MS_REMOUNT | MS_BIND, nullptr));
    say("umount", umount2("/proc", MNT_DETACH));
    say("pivot_root", syscall(SYS_pivot_root, "/tmp", "/tmp"));
    say("fsopen", fsopen("tmpfs", 0));
    say("open_tree", open_tree(AT_FDCWD, "/", OPEN_TREE_CLONE));
    say("move_mount", move_mount(AT_FDCWD, "/", AT_FDCWD, "/tmp", 0));
    mount_attr attributes{};
    say("mount_setattr", mount_setattr(AT_FDCWD, "/", 0, &attributes, sizeof attributes));
    say("mknod", mknod("/tmp/disk", S_IFBLK | 0600, makedev(254, 0)));
    say("mknod-dev", mknod("/dev/mem", S_IFCHR | 0600, makedev(1, 1)));
}

void sockets() {
    const struct { const char* name; int family, type, protocol; } wanted[] = {
        {"socket-unix", AF_UNIX, SOCK_STREAM, 0},       {"socket-inet", AF_INET, SOCK_STREAM, 0},
        {"socket-inet6", AF_INET6, SOCK_STREAM, 0},     {"socket-route", AF_NETLINK, SOCK_RAW, 0},
        {"socket-audit", AF_NETLINK, SOCK_RAW, 9},      {"socket-generic", AF_NETLINK, SOCK_RAW, 16},
        {"socket-vsock", AF_VSOCK, SOCK_STREAM, 0},     {"socket-alg", AF_ALG, SOCK_SEQPACKET, 0},
        {"socket-packet", AF_PACKET, SOCK_RAW, 0},      {"socket-raw", AF_INET, SOCK_RAW, 1},
        {"socket-bluetooth", AF_BLUETOOTH, SOCK_RAW, 0}};
    for (const auto& one : wanted) say(one.name, socket(one.family, one.type, one.protocol));
    say("socket-high-bits", syscall(SYS_socket, 0x100000000L | AF_VSOCK, SOCK_STREAM, 0));
}

void keys_and_escapes() {
    say("add_key", syscall(SYS_add_key, "user", "x", "y", 1, -1));
    say("request_key", syscall(SYS_request_key, "user", "x", nullptr, -1));
    say("keyctl", syscall(SYS_keyctl, 0, -3, 0));
    say("io_uring_setup", syscall(SYS_io_uring_setup, 1, nullptr));
    say("bpf", syscall(SYS_bpf, 0, nullptr, 0));
    say("perf_event_open", syscall(SYS_perf_event_open, nullptr, 0, -1, -1, 0));
    say("userfaultfd", syscall(SYS_userfaultfd, 0));
    say("process_vm_readv", syscall(SYS_process_vm_readv, 1, nullptr, 0, nullptr, 0, 0));
    say("process_vm_writev", syscall(SYS_process_vm_writev, 1, nullptr, 0, nullptr, 0, 0));
    say("kcmp", syscall(SYS_kcmp, 1, 1, 0, 0, 0));
    say("open_by_handle_at", syscall(SYS_open_by_handle_at, AT_FDCWD, nullptr, 0));
    say("name_to_handle_at", syscall(SYS_name_to_handle_at, AT_FDCWD, "/", nullptr, nullptr, 0));
    say("fanotify_init", syscall(SYS_fanotify_init, 0, 0));
    say("unknown-call", syscall(1000));
    say("tiocsti", ioctl(0, TIOCSTI, "x"));
    say("tiocsti-high-bits", syscall(SYS_ioctl, 0, 0x100000000L | TIOCSTI, "x"));
    say("tioclinux", ioctl(0, 0x541C, "x"));
    say("dev-tty", open("/dev/tty", O_RDWR | O_NOCTTY));
}

void host_wide() {
    const timespec time{1, 0};
    say("clock_settime", clock_settime(CLOCK_REALTIME, &time));
    say("settimeofday", syscall(SYS_settimeofday, nullptr, nullptr));
    say("init_module", syscall(SYS_init_module, nullptr, 0, ""));
    say("kexec_load", syscall(SYS_kexec_load, 0, 0, nullptr, 0));
    say("swapon", syscall(SYS_swapon, "/x", 0));
    say("acct", acct(nullptr));
    say("quotactl", syscall(SYS_quotactl, 0, nullptr, 0, nullptr));
    say("syslog", syscall(SYS_syslog, 3, nullptr, 0));
    say("vhangup", vhangup());
    say("sethostname", sethostname("x", 1));
    say("personality-query", personality(0xffffffff));
    say("personality-plain", personality(0));
    say("personality-norandom", personality(ADDR_NO_RANDOMIZE));
    say("chroot", chroot("/tmp"));
    say("nice", setpriority(PRIO_PROCESS, 0, -5));
#ifdef __x86_64__
    say("iopl", syscall(SYS_iopl, 3));
    say("ioperm", syscall(SYS_ioperm, 0, 1, 1));
    say("modify_ldt", syscall(SYS_modify_ldt, 0, nullptr, 0));
    say("x32-call", syscall(0x40000000 + 39));
    long result = 20;  // getpid by the gate of another architecture
    asm volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
    errno = static_cast<int>(-result);
    say("int80", result);
#endif
}

}  // namespace

int main() {
    namespaces();
    mounts();
    sockets();
    keys_and_escapes();
    host_wide();
}
