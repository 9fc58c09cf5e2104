#include "stream.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <poll.h>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/interrupt.hpp"
#include "process_id.hpp"

namespace jailctl::lifecycle {
namespace {

using clock = std::chrono::steady_clock;
constexpr std::chrono::seconds patience{10};
// SIGKILL takes effect at once, unless the kernel or a tracer is in its way
constexpr std::chrono::seconds kill_limit{5};
constexpr std::chrono::milliseconds one_request{100};  // a terminal that closes sends the same signal twice
// What a command wrote before it ended is in the pipe by then; 2 MiB are more than one holds.
constexpr int last_rounds = 128;

bool interrupted() { return errno == EINTR && Interrupt::pending() != 0; }

bool write_fully(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t put = ::write(fd, bytes.data(), bytes.size());
        if (put < 0 && interrupted()) return false;  // nobody reads there, and we are asked to end
        if (put < 0 && errno == EINTR) continue;
        if (put < 0 && errno == EAGAIN) {
            pollfd room{fd, POLLOUT, 0};
            if (::poll(&room, 1, -1) < 0 && interrupted()) return false;
            continue;
        }
        if (put < 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(put));
    }
    return true;
}

/// One portion; closes the stream at its end.
void carry(Stream& stream) {
    char part[16384];
    const ssize_t got = ::read(stream.input ? stream.outer : stream.ours.get(), part, sizeof part);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
    const std::string_view bytes(part, got > 0 ? static_cast<std::size_t>(got) : 0);
    if (got > 0 && stream.sink) return stream.sink(bytes);
    if (got <= 0 || !write_fully(stream.input ? stream.ours.get() : stream.outer, bytes)) stream.ours.reset();
}

constexpr int ms_of_a_tick = 200;

/// Of two times for poll(2) the shorter one; -1 is for ever.
int within(int left, int most) { return left < 0 ? most : std::min(left, most); }

/// What to do about time and signals while a process runs.
class Watch {
public:
    Watch(int handle, std::chrono::milliseconds limit) : handle_(handle) {
        if (limit.count() > 0) until_ = clock::now() + limit;
    }
    [[nodiscard]] int left() const {
        if (until_ == never) return -1;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until_ - clock::now());
        return static_cast<int>(std::max<std::int64_t>(0, left.count()));
    }
    /// The first is passed on, and ten seconds given; one that follows ends the process for sure.
    void heed_signal() {
        char byte = 0;
        (void)!::read(Interrupt::fd(), &byte, 1);  // so that the next one wakes us too; what came stays pending()
        if (asked_ == never) {
            signal_handle(handle_, Interrupt::pending());
            asked_ = clock::now();
            until_ = asked_ + patience;
        } else if (clock::now() - asked_ > one_request) {
            kill();
        }
    }
    /// @return whether it was the caller's limit that passed  @throws Error busy: it was killed before
    [[nodiscard]] bool time_is_up() {
        if (killed_)
            throw Error(Errc::busy, "the command does not end, though it was killed")
                .with_hint(
                    "it waits for the kernel, often for a disk or a network file system; 'jailctl stop' ends the jail");
        kill();
        return asked_ == never;
    }

private:
    void kill() {
        signal_handle(handle_, SIGKILL);
        if (!killed_) until_ = clock::now() + kill_limit;
        killed_ = true;
    }
    static constexpr clock::time_point never = clock::time_point::max();
    int handle_;
    clock::time_point until_ = never, asked_ = never;
    bool killed_ = false;
};

}  // namespace

bool carry_streams(std::vector<Stream>& streams, int handle, std::chrono::milliseconds limit,
                   const std::function<void()>& tick) {
    struct sigaction ignore {}, before {};
    ignore.sa_handler = SIG_IGN;  // a reader that went away is an error of write(2), not our end
    ::sigaction(SIGPIPE, &ignore, &before);
    const Lease restore([&before] { ::sigaction(SIGPIPE, &before, nullptr); });
    Watch watch(handle, limit);
    bool ended = false, in_time = true;
    // A child of the command that goes on writing is not waited for, and keeps nobody from limit and signals.
    for (int rounds = 0; rounds < last_rounds; rounds += ended ? 1 : 0) {
        std::vector<pollfd> waiting{{ended ? -1 : handle, POLLIN, 0}, {Interrupt::fd(), POLLIN, 0}};
        for (const Stream& stream : streams) {
            const bool idle = !stream.ours || (ended && stream.input);
            waiting.push_back({idle ? -1 : stream.input ? stream.outer : stream.ours.get(), POLLIN, 0});
        }
        const int ready = ::poll(waiting.data(), waiting.size(),
                                 ended  ? 0
                                 : tick ? within(watch.left(), ms_of_a_tick)
                                        : watch.left());
        if (tick) tick();
        if (ready == 0 && ended) return in_time;
        if (!ended && watch.left() == 0) in_time = !watch.time_is_up() && in_time;
        for (std::size_t at = 0; ready > 0 && at < streams.size(); ++at)
            if (waiting[at + 2].revents != 0) carry(streams[at]);
        if (ready > 0 && waiting[1].revents != 0) {
            if (ended) return in_time;
            watch.heed_signal();
        }
        if (ready > 0 && waiting[0].revents != 0) ended = true;
    }
    return in_time;
}

}  // namespace jailctl::lifecycle
