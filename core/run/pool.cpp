#include "run/pool.hpp"

#include <cerrno>
#include <csignal>
#include <list>
#include <poll.h>

#include "jailctl/sdk/interrupt.hpp"

namespace jailctl::core {
namespace {

class Pool {
public:
    Pool(const std::vector<Jail>& jails, int jobs, StreamConsole& console, const Work& work)
        : jails_(jails), jobs_(static_cast<std::size_t>(jobs)), console_(console), work_(work), reports_(jails.size()) {}

    std::vector<JailReport> run() {
        for (;;) {
            launch();
            if (running_.empty()) break;
            serve();
        }
        for (; next_ < jails_.size(); ++next_) not_started(next_);
        return std::move(reports_);
    }

private:
    struct Running {
        std::size_t index;
        Worker worker;
    };

    void launch() {
        while (running_.size() < jobs_ && next_ < jails_.size() && Interrupt::pending() == 0) {
            const std::size_t index = next_++;
            try {
                running_.push_back(Running{index, Worker(jails_[index], console_, work_)});
            } catch (const Error& error) {
                Ledger ledger;
                ledger.failure = error;
                report(index, std::move(ledger), 0);
            }
        }
    }

    /// Waits until something can be read, or a signal came, and deals with it.
    void serve() {
        std::vector<pollfd> set{{forwarded_ ? -1 : Interrupt::fd(), POLLIN, 0}};
        for (const auto& running : running_)
            for (const int fd : {running.worker.out(), running.worker.err(), running.worker.channel()})
                set.push_back({fd, POLLIN, 0});
        if (::poll(set.data(), set.size(), -1) < 0 && errno != EINTR) throw_errno("cannot wait for the workers");
        if (Interrupt::pending() != 0) forward();
        std::size_t slot = 1;
        for (auto at = running_.begin(); at != running_.end(); slot += 3) {
            auto& worker = at->worker;
            if (set[slot].revents != 0) worker.read_text(false);
            if (set[slot + 1].revents != 0) worker.read_text(true);
            const bool ended = set[slot + 2].revents != 0 && !worker.read_channel();
            if (ended) report(at->index, worker.finish(), worker.seconds());
            at = ended ? running_.erase(at) : std::next(at);
        }
    }

    /// A terminal's Ctrl-C reaches the workers by itself; a signal sent to this process alone does not.
    void forward() {
        if (forwarded_) return;
        forwarded_ = true;
        for (const auto& running : running_) ::kill(running.worker.pid(), Interrupt::pending());
    }

    void report(std::size_t index, Ledger ledger, double seconds) {
        reports_[index] = settle(jails_[index].name.text(), std::move(ledger), seconds, true);
        if (const auto& failure = reports_[index].ledger.failure)
            console_.failure(jails_[index].name.text() + ": error", *failure);
        else if (reports_[index].result == Result::already)
            console_.info(jails_[index].name.text() + ": " + reports_[index].reason);
    }

    void not_started(std::size_t index) {
        reports_[index].name = jails_[index].name.text();
        reports_[index].result = Result::not_started;
        reports_[index].reason = "interrupted before its turn";
        reports_[index].ledger.failure = Error(Errc::interrupted, jails_[index].name.text() + ": interrupted before its turn");
    }

    const std::vector<Jail>& jails_;
    std::size_t jobs_, next_ = 0;
    StreamConsole& console_;
    const Work& work_;
    std::vector<JailReport> reports_;
    std::list<Running> running_;
    bool forwarded_ = false;
};

}  // namespace

std::vector<JailReport> run_workers(const std::vector<Jail>& jails, int jobs, StreamConsole& console, const Work& work) {
    return Pool(jails, jobs, console, work).run();
}

}  // namespace jailctl::core
