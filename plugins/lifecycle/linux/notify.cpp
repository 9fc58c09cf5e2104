#include "notify.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <poll.h>
#include <string_view>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "../platform.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/interrupt.hpp"
#include "jailctl/sdk/lines.hpp"

namespace jailctl::lifecycle {
namespace {

constexpr int kind = SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK;
constexpr const char* name_in_run = "host/notify";  // where systemd's CONTAINER_INTERFACE has it
constexpr std::chrono::milliseconds one_tick{200};
// A jail may send without end: the caller looks at the clock in between.
constexpr int datagrams_at_once = 64;

/// The kernel adds the sender's ids to each datagram, the pid as we see it.
void ask_for_senders(int socket) {
    const int on = 1;
    if (::setsockopt(socket, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0)
        throw_errno("cannot ask who tells of readiness");
}

bool same_file(const Rootfs& root, const char* one, const char* other) {
    struct stat first {}, second {};
    const auto look = [&root](const char* path, struct stat& found) {
        try {
            return ::fstat(root.open_file(path).get(), &found) == 0;
        } catch (const Error&) {
            return false;  // missing, or no regular file
        }
    };
    return look(one, first) && look(other, second) && first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

bool is_systemd(const Rootfs& root, const JailProgram& program) {
    return !program.image && program.confinement == Confinement::system &&
           same_file(root, program.arguments.front().c_str() + 1, "usr/lib/systemd/systemd");
}

NotifyChannel for_systemd(JailProgram& program) {
    NotifyChannel channel{UniqueFd{::socket(AF_UNIX, kind, 0)}, {}};
    if (!channel.ours) throw_errno("cannot make a socket for the jail's init");
    add_environment(program, {"NOTIFY_SOCKET=/run/host/notify"});
    return channel;
}

NotifyChannel for_jail_init(JailProgram& program) {
    int ends[2];
    if (::socketpair(AF_UNIX, kind, 0, ends) != 0) throw_errno("cannot make a socket for the jail's init");
    NotifyChannel channel{UniqueFd{ends[0]}, UniqueFd{ends[1]}};
    program.arguments.push_back(std::to_string(channel.theirs.get()));
    program.inherited = channel.theirs.get();
    return channel;
}

/// The pid of the sender, as the kernel vouches for it; 0: not told.
pid_t sender_of(msghdr& message) {
    for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_CREDENTIALS) continue;
        ucred sender{};
        std::memcpy(&sender, CMSG_DATA(part), sizeof sender);
        return sender.pid;
    }
    return 0;
}

/// The number of jail-init's, which runs in the jail all the same: anything else is 0.
int rc_status(std::string_view digits) {
    int status = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), status);
    return error == std::errc{} && end == digits.data() + digits.size() && status > 0 && status < 256 ? status : 0;
}

std::optional<int> says_ready(std::string_view text) {
    constexpr std::string_view wanted = "READY=1", of_rc = "X_JAILCTL_RC=";
    bool ready = false;
    int status = 0;
    for (const std::string_view line : lines_of(text)) {
        ready = ready || line == wanted;
        if (line.starts_with(of_rc)) status = rc_status(line.substr(of_rc.size()));
    }
    return ready ? std::optional(status) : std::nullopt;
}

}  // namespace

NotifyChannel open_notify_channel(const Rootfs& root, JailProgram& program) {
    const bool rc = program.image && root.exists("etc/rc");
    if (!rc && !is_systemd(root, program)) return {};
    NotifyChannel channel = rc ? for_jail_init(program) : for_systemd(program);
    ask_for_senders(channel.ours.get());
    return channel;
}

void bind_notify_socket(int socket, int run) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, name_in_run, sizeof address.sun_path - 1);
    if (::fchdir(run) != 0 || ::mkdir("host", 0755) != 0 ||
        ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        throw_errno("cannot make /run/host/notify in the jail");
}

std::optional<int> heard_ready(int socket, int init) {
    for (int count = 0; count < datagrams_at_once; ++count) {
        char text[4096];
        // Room for the sender alone: the kernel closes descriptors that somebody sends along.
        alignas(cmsghdr) char control[CMSG_SPACE(sizeof(ucred))];
        iovec part{text, sizeof text};
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control;
        message.msg_controllen = sizeof control;
        const ssize_t got = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return std::nullopt;
        if (sender_of(message) != init) continue;
        if (const auto ready = says_ready({text, static_cast<std::size_t>(got)})) return ready;
    }
    return std::nullopt;
}

Answer wait_for_readiness(int channel, int id, std::chrono::milliseconds time, const std::function<void()>& tick) {
    const UniqueFd process{static_cast<int>(::syscall(SYS_pidfd_open, id, 0))};
    const auto until = std::chrono::steady_clock::now() + time;
    for (;;) {
        if (const auto rc = heard_ready(channel, id)) return {Heard::ready, *rc};
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        if (left.count() <= 0) return {Heard::nothing};
        pollfd waiting[] = {{channel, POLLIN, 0}, {process.get(), POLLIN, 0}, {Interrupt::fd(), POLLIN, 0}};
        ::poll(waiting, 3, static_cast<int>(std::min(left, one_tick).count()));
        Interrupt::check();
        tick();
        if (!process || waiting[1].revents != 0) return {Heard::ended};
    }
}

}  // namespace jailctl::lifecycle
