#include "seccomp.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"
#include "seccomp_calls.hpp"

namespace jailctl::lifecycle {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t native = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t native = AUDIT_ARCH_AARCH64;
#elif defined(__riscv) && __riscv_xlen == 64
constexpr std::uint32_t native = AUDIT_ARCH_RISCV64;
#else
#error "seccomp.cpp does not know the audit architecture of this processor"
#endif
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "arguments are read at their low half");

constexpr std::uint32_t allow = SECCOMP_RET_ALLOW;
constexpr std::uint32_t fail(int error) { return SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error); }
constexpr std::uint32_t argument(unsigned index) {
    return static_cast<std::uint32_t>(offsetof(seccomp_data, args)) + index * 8;
}

constexpr std::uint32_t namespace_flags = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |
                                          CLONE_NEWPID | CLONE_NEWNET;

/// Writes the program: a binary search over ranges of call numbers that share a verdict.
class Writer {
public:
    constexpr explicit Writer(Confinement confinement) : confinement_(confinement) {
        load(offsetof(seccomp_data, arch));
        jump(BPF_JEQ, native, 1, 0);
        answer(fail(ENOSYS));
        load(offsetof(seccomp_data, nr));
        split_into_ranges();
        search(0, ranges_);
    }
    [[nodiscard]] constexpr std::size_t size() const { return size_; }
    [[nodiscard]] constexpr const sock_filter& operator[](std::size_t at) const { return program_[at]; }

private:
    struct Range {
        std::uint32_t first = 0;
        CallVerdict verdict = CallVerdict::allow;
    };

    constexpr void split_into_ranges() {
        std::array<CallVerdict, newest_call + 1> verdicts{};
        for (const CallRule& rule : rules) verdicts[static_cast<std::size_t>(rule.call)] =
            confinement_ == Confinement::system ? rule.system : rule.verdict;
        for (std::uint32_t call = 0; call <= newest_call; ++call)
            if (ranges_ == 0 || verdicts[call] != range_[ranges_ - 1].verdict)
                range_[ranges_++] = {call, verdicts[call]};
        range_[ranges_++] = {newest_call + 1, CallVerdict::absent};
    }

    constexpr void search(std::size_t from, std::size_t to) {
        if (to - from == 1) return leaf(range_[from].verdict);
        const std::size_t middle = from + (to - from) / 2;
        const std::size_t decision = size_;
        jump(BPF_JGE, range_[middle].first, 0, 0);
        search(from, middle);
        // A jump reaches 255 instructions; a longer one would not convert here, and we would not compile.
        program_[decision].jt = narrow(size_ - decision - 1);
        search(middle, to);
    }

    constexpr void leaf(CallVerdict verdict) {
        switch (verdict) {
        case CallVerdict::allow: return answer(allow);
        case CallVerdict::refuse: return answer(fail(EPERM));
        case CallVerdict::absent: return answer(fail(ENOSYS));
        case CallVerdict::clone: return unless_flagged(namespace_flags);
        case CallVerdict::nested: return unless_flagged(CLONE_NEWUSER);
        case CallVerdict::socket: return socket();
        case CallVerdict::any_netlink: return any_netlink();
        case CallVerdict::ioctl:  // the kernel looks at the low 32 bits only
            load(argument(1));
            jump(BPF_JEQ, TIOCSTI, 1, 0);
            jump(BPF_JEQ, 0x541C, 0, 1);  // TIOCLINUX
            answer(fail(EPERM));
            return answer(allow);
        case CallVerdict::personality:
            load(argument(0));
            jump(BPF_JEQ, 0, 1, 0);
            jump(BPF_JEQ, 0xffffffff, 0, 1);
            answer(allow);
            return answer(fail(EPERM));
        }
    }

    constexpr void unless_flagged(std::uint32_t flags) {
        load(argument(0));
        jump(BPF_JSET, flags, 0, 1);
        answer(fail(EPERM));
        answer(allow);
    }

    constexpr void any_netlink() {
        load(argument(0));
        jump(BPF_JEQ, AF_UNIX, 3, 0);
        jump(BPF_JEQ, AF_INET, 2, 0);
        jump(BPF_JEQ, AF_INET6, 1, 0);
        jump(BPF_JEQ, AF_NETLINK, 0, 1);
        answer(allow);
        answer(fail(EAFNOSUPPORT));
    }

    /// EAFNOSUPPORT rather than EPERM: what libaudit and others take as "this kernel has none" and go on.
    constexpr void socket() {
        load(argument(0));
        jump(BPF_JEQ, AF_UNIX, 5, 0);
        jump(BPF_JEQ, AF_INET, 4, 0);
        jump(BPF_JEQ, AF_INET6, 3, 0);
        jump(BPF_JEQ, AF_NETLINK, 0, 3);
        load(argument(2));
        jump(BPF_JEQ, 0, 0, 1);  // NETLINK_ROUTE
        answer(allow);
        answer(fail(EAFNOSUPPORT));
    }

    static constexpr std::uint8_t narrow(std::size_t distance) {
        return distance < 256 ? static_cast<std::uint8_t>(distance) : throw "seccomp: jump too far";
    }
    constexpr void add(unsigned code, std::uint32_t k, std::uint8_t jt, std::uint8_t jf) {
        program_[size_++] = sock_filter{static_cast<std::uint16_t>(code), jt, jf, k};
    }
    constexpr void load(std::uint32_t offset) { add(BPF_LD | BPF_W | BPF_ABS, offset, 0, 0); }
    constexpr void jump(unsigned test, std::uint32_t value, std::uint8_t yes, std::uint8_t no) {
        add(BPF_JMP | BPF_K | test, value, yes, no);
    }
    constexpr void answer(std::uint32_t action) { add(BPF_RET | BPF_K, action, 0, 0); }

    Confinement confinement_;
    std::array<sock_filter, 512> program_{};
    std::size_t size_ = 0;
    std::array<Range, 2 * std::size(rules) + 2> range_{};
    std::size_t ranges_ = 0;
};

template <Confinement confinement>
constexpr auto make_program() {
    constexpr Writer writer(confinement);
    std::array<sock_filter, writer.size()> program{};
    for (std::size_t at = 0; at < program.size(); ++at) program[at] = writer[at];
    return program;
}
constexpr auto standard_program = make_program<Confinement::standard>();
constexpr auto system_program = make_program<Confinement::system>();

template <std::size_t Size>
sock_fprog loadable(const std::array<sock_filter, Size>& program) {
    return {static_cast<unsigned short>(Size), const_cast<sock_filter*>(program.data())};
}

}  // namespace

void confine_system_calls(Confinement confinement) {
    const sock_fprog loaded =
        confinement == Confinement::system ? loadable(system_program) : loadable(standard_program);
    if (::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &loaded) == 0) return;
    if (errno == ENOSYS || errno == EINVAL)
        throw Error(Errc::unsupported, "this kernel cannot load the jail's system call filter", last_error());
    throw_errno("cannot load the jail's system call filter");
}

}  // namespace jailctl::lifecycle
