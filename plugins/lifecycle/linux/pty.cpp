#include "pty.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/interrupt.hpp"

namespace jailctl::lifecycle {
namespace {

/// Takes part of what it could not write at once; the terminal may be slow.
class Channel {
public:
    Channel(int from, int to) : from_(from), to_(to) {}
    [[nodiscard]] bool wants_to_read() const { return open_ && pending_.empty(); }
    [[nodiscard]] bool wants_to_write() const { return !pending_.empty(); }
    [[nodiscard]] bool open() const { return open_; }
    [[nodiscard]] int from() const { return from_; }
    [[nodiscard]] int to() const { return to_; }
    void read() {
        char part[16384];
        const ssize_t got = ::read(from_, part, sizeof part);
        if (got > 0) pending_.assign(part, static_cast<std::size_t>(got));
        // EIO: the other side of the pty closed
        else if (got == 0 || (errno != EAGAIN && errno != EINTR)) open_ = false;
    }
    void write() {
        const ssize_t put = ::write(to_, pending_.data(), pending_.size());
        if (put > 0) pending_.erase(0, static_cast<std::size_t>(put));
        else if (put < 0 && errno != EAGAIN && errno != EINTR) pending_.clear();
    }

private:
    int from_, to_;
    bool open_ = true;
    std::string pending_;
};

/// SIGWINCH as a descriptor, the mask as it was afterwards.
class WindowChanges {
public:
    WindowChanges() {
        sigset_t set;
        ::sigemptyset(&set);
        ::sigaddset(&set, SIGWINCH);
        ::sigprocmask(SIG_BLOCK, &set, &before_);
        fd_ = UniqueFd{::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)};
    }
    WindowChanges(const WindowChanges&) = delete;
    WindowChanges& operator=(const WindowChanges&) = delete;
    ~WindowChanges() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }
    [[nodiscard]] int fd() const { return fd_.get(); }
    void take() const {
        signalfd_siginfo info;
        while (::read(fd_.get(), &info, sizeof info) > 0) {}
    }

private:
    UniqueFd fd_;
    sigset_t before_{};
};

}  // namespace

UniqueFd open_jail_pty() {
    UniqueFd master{::open("/dev/pts/ptmx", O_RDWR | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC)};
    struct statfs system {};
    if (!master || ::fstatfs(master.get(), &system) != 0) throw_errno("cannot open a terminal in the jail");
    if (system.f_type != DEVPTS_SUPER_MAGIC) throw Error(Errc::denied, "/dev/pts of the jail is no devpts");
    const int unlocked = 0;
    if (::ioctl(master.get(), TIOCSPTLCK, &unlocked) != 0) throw_errno("cannot unlock a terminal in the jail");
    const UniqueFd slave{::ioctl(master.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC)};
    if (!slave) throw_errno("cannot open a terminal in the jail");
    if (::ioctl(slave.get(), TIOCSCTTY, 0) != 0) throw_errno("cannot make it the controlling terminal");
    for (int fd = 0; fd < 3; ++fd)
        if (::dup2(slave.get(), fd) < 0) throw_errno("cannot set up stdio in the jail");
    return master;
}

void send_descriptor(int socket, int descriptor) {
    char byte = 't';
    iovec content{&byte, 1};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof descriptor)] = {};
    msghdr message{};
    message.msg_iov = &content;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof descriptor);
    std::memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
    if (::sendmsg(socket, &message, MSG_NOSIGNAL) != 1) throw_errno("cannot hand over the terminal");
}

UniqueFd receive_descriptor(int socket) {
    char byte = 0;
    iovec content{&byte, 1};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    msghdr message{};
    message.msg_iov = &content;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    if (::recvmsg(socket, &message, MSG_CMSG_CLOEXEC) != 1) return {};
    const cmsghdr* header = CMSG_FIRSTHDR(&message);
    if (header == nullptr || header->cmsg_type != SCM_RIGHTS) return {};
    int descriptor = -1;
    std::memcpy(&descriptor, CMSG_DATA(header), sizeof descriptor);
    return UniqueFd{descriptor};
}

RawTerminal::RawTerminal(int terminal) : terminal_(terminal) {
    if (::tcgetattr(terminal_, &before_) != 0) throw_errno("cannot read the settings of the terminal");
    termios raw = before_;
    ::cfmakeraw(&raw);
    ::tcsetattr(terminal_, TCSADRAIN, &raw);
}

RawTerminal::~RawTerminal() { ::tcsetattr(terminal_, TCSADRAIN, &before_); }

void copy_window_size(int terminal, int master) noexcept {
    winsize size{};
    if (::ioctl(terminal, TIOCGWINSZ, &size) == 0) ::ioctl(master, TIOCSWINSZ, &size);
}

void carry_terminal(int master, int handle) {
    const WindowChanges changes;
    Channel in(STDIN_FILENO, master), out(master, STDOUT_FILENO);
    bool ended = false;
    while (out.open() || out.wants_to_write()) {
        pollfd waiting[] = {{in.wants_to_read() ? in.from() : -1, POLLIN, 0},
                            {in.wants_to_write() ? in.to() : -1, POLLOUT, 0},
                            {out.wants_to_read() ? out.from() : -1, POLLIN, 0},
                            {out.wants_to_write() ? out.to() : -1, POLLOUT, 0},
                            {changes.fd(), POLLIN, 0},
                            {ended ? -1 : handle, POLLIN, 0},
                            {ended ? -1 : Interrupt::fd(), POLLIN, 0}};
        // Once the process is gone, what it wrote is there already; others may hold the terminal open for ever.
        if (::poll(waiting, 7, ended ? 0 : -1) == 0) break;
        if (waiting[0].revents != 0) in.read();
        if (waiting[1].revents != 0) in.write();
        if (waiting[2].revents != 0) out.read();
        if (waiting[3].revents != 0) out.write();
        if (waiting[4].revents != 0) {
            changes.take();
            copy_window_size(STDIN_FILENO, master);
        }
        if (waiting[5].revents != 0) ended = true;
        if (waiting[6].revents != 0) break;  // the terminal hangs up when we close the master
    }
}

}  // namespace jailctl::lifecycle
