/// without NUMBER ERROR PROGRAM ARGUMENT...: runs a program for which a system call fails with that error, as on a
/// kernel that lacks or forbids it. So does all the program starts.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char* argv[]) {
    if (argc < 4) return 125;
    const auto number = static_cast<std::uint32_t>(std::atoi(argv[1]));
    const auto error = static_cast<std::uint32_t>(std::atoi(argv[2]));
    sock_filter program[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                             BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
                             BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
                             BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    const sock_fprog loaded{4, program};
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &loaded) != 0) return 125;
    execv(argv[3], argv + 3);
    return 125;
}
