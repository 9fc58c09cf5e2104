#include "device_filter.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/scoped.hpp"

namespace jailctl::lifecycle {
namespace {

struct Device {
    int major, minor;
};
constexpr int any = -1;
/// What make_dev() makes, and terminals of the jail's devpts.
constexpr Device allowed[] = {{1, 3}, {1, 5}, {1, 7}, {1, 8}, {1, 9}, {5, 0}, {5, 2}, {136, any}};

enum Register : std::uint8_t { answer, context, type, major_number, minor_number };

/// The program: 1 for a character device of the list, 0 for everything else.
class Writer {
public:
    constexpr Writer() {
        load(type, offsetof(bpf_cgroup_dev_ctx, access_type));  // the type is in its low half
        add(BPF_ALU | BPF_AND | BPF_K, type, answer, 0, 0xffff);
        load(major_number, offsetof(bpf_cgroup_dev_ctx, major));
        load(minor_number, offsetof(bpf_cgroup_dev_ctx, minor));
        skip_unless(type, BPF_DEVCG_DEV_CHAR, 4 * std::size(allowed));
        for (const Device& device : allowed) {
            skip_unless(major_number, device.major, 3);
            skip_unless(device.minor == any ? major_number : minor_number,
                        device.minor == any ? device.major : device.minor, 2);
            give(1);
        }
        give(0);
    }
    [[nodiscard]] const bpf_insn* data() const { return program_.data(); }
    [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(size_); }

private:
    constexpr void add(unsigned code, Register into, Register from, std::size_t offset, int value) {
        bpf_insn& instruction = program_[size_++];
        instruction.code = static_cast<std::uint8_t>(code);
        instruction.dst_reg = into & 15U;
        instruction.src_reg = from & 15U;
        instruction.off = static_cast<std::int16_t>(offset);
        instruction.imm = value;
    }
    constexpr void load(Register into, std::size_t offset) {
        add(BPF_LDX | BPF_MEM | BPF_W, into, context, offset, 0);
    }
    constexpr void skip_unless(Register what, int value, std::size_t instructions) {
        add(BPF_JMP | BPF_JNE | BPF_K, what, answer, instructions, value);
    }
    constexpr void give(int value) {
        add(BPF_ALU64 | BPF_MOV | BPF_K, answer, answer, 0, value);
        add(BPF_JMP | BPF_EXIT, answer, answer, 0, 0);
    }
    std::array<bpf_insn, 7 + 4 * std::size(allowed)> program_{};
    std::size_t size_ = 0;
};
constexpr Writer filter;

long bpf(int command, bpf_attr& attributes) { return ::syscall(SYS_bpf, command, &attributes, sizeof attributes); }

[[noreturn]] void cannot_restrict() {
    throw Error(Errc::unsupported,
                "this kernel cannot keep a jail from devices (a BPF program on its control group), and "
                "without that none is started with CAPABILITIES=system",
                last_error())
        .with_hint("CAPABILITIES=default needs no such program");
}

}  // namespace

void restrict_devices(int cgroup) {
    bpf_attr load{};
    load.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
    load.insns = reinterpret_cast<std::uint64_t>(filter.data());
    load.insn_cnt = filter.size();
    load.license = reinterpret_cast<std::uint64_t>("BSD");
    const UniqueFd program{static_cast<int>(bpf(BPF_PROG_LOAD, load))};
    if (!program) cannot_restrict();
    bpf_attr attach{};
    attach.target_fd = static_cast<std::uint32_t>(cgroup);
    attach.attach_bpf_fd = static_cast<std::uint32_t>(program.get());
    attach.attach_type = BPF_CGROUP_DEVICE;
    attach.attach_flags = BPF_F_ALLOW_MULTI;
    if (bpf(BPF_PROG_ATTACH, attach) != 0) cannot_restrict();
}

}  // namespace jailctl::lifecycle
