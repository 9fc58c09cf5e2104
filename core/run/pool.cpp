#include "run/pool.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <list>
#include <poll.h>

#include "jailctl/sdk/interrupt.hpp"

namespace jailctl::core {
namespace {

class Pool {
public:
    Pool(const std::vector<Jail>& jails, int jobs, StreamConsole& console, const Work& work,
         const Precedence& precedence)
        : jails_(jails),
          jobs_(static_cast<std::size_t>(jobs)),
          console_(console),
          work_(work),
          precedence_(precedence),
          reports_(jails.size()),
          turns_(jails.size(), Turn::waiting) {}

    std::vector<JailReport> run() {
        for (;;) {
            launch();
            if (running_.empty()) break;
            serve();
        }
        for (std::size_t i = 0; i < jails_.size(); ++i)
            if (turns_[i] == Turn::waiting) not_started(i);
        return std::move(reports_);
    }

private:
    struct Running {
        std::size_t index;
        Worker worker;
    };

    void launch() {
        while (running_.size() < jobs_ && Interrupt::pending() == 0) {
            const std::size_t index = next_ready();
            if (index == jails_.size()) return;
            turns_[index] = Turn::begun;
            try {
                running_.push_back(Running{index, Worker(jails_[index], console_, work_)});
            } catch (const Error& error) {
                Ledger ledger;
                ledger.failure = error;
                report(index, std::move(ledger), 0);
            }
        }
    }

    /// The first one whose turn has not come and that waits for nobody; their number if there is none.
    std::size_t next_ready() {
        for (std::size_t i = 0; i < jails_.size(); ++i) {
            if (turns_[i] != Turn::waiting || waits(i)) continue;
            if (const Jail* failed = failed_before(i); failed == nullptr) return i;
            else leave_alone(i, *failed);
            i = static_cast<std::size_t>(-1);  // its own end may free one that stands before it in the list
        }
        return jails_.size();
    }

    [[nodiscard]] const std::vector<std::size_t>& before(std::size_t index) const {
        static const std::vector<std::size_t> nobody;
        return precedence_.before.empty() ? nobody : precedence_.before[index];
    }
    [[nodiscard]] bool waits(std::size_t index) const {
        return std::any_of(before(index).begin(), before(index).end(),
                           [&](std::size_t i) { return turns_[i] != Turn::ended; });
    }
    [[nodiscard]] const Jail* failed_before(std::size_t index) const {
        if (precedence_.only_if_done)
            for (const std::size_t i : before(index))
                if (reports_[i].result == Result::failed || reports_[i].result == Result::not_started)
                    return &jails_[i];
        return nullptr;
    }

    void leave_alone(std::size_t index, const Jail& failed) {
        turns_[index] = Turn::ended;
        const std::string why = "it waits for " + failed.name.text() + ", which failed";
        not_begun(index, why, Error(Errc::failed, jails_[index].name.text() + " was left alone: " + why));
        console_.failure(jails_[index].name.text() + ": error", *reports_[index].ledger.failure);
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
        turns_[index] = Turn::ended;
        reports_[index] = settle(jails_[index].name.text(), std::move(ledger), seconds, true);
        if (const auto& failure = reports_[index].ledger.failure)
            console_.failure(jails_[index].name.text() + ": error", *failure);
        else if (reports_[index].result == Result::already)
            console_.info(jails_[index].name.text() + ": " + reports_[index].reason);
    }

    void not_started(std::size_t index) {
        const std::string why = "interrupted before its turn";
        not_begun(index, why, Error(Errc::interrupted, jails_[index].name.text() + ": " + why));
    }

    void not_begun(std::size_t index, const std::string& why, Error failure) {
        reports_[index].name = jails_[index].name.text();
        reports_[index].result = Result::not_started;
        reports_[index].reason = why;
        reports_[index].ledger.failure = std::move(failure);
    }

    const std::vector<Jail>& jails_;
    std::size_t jobs_;
    StreamConsole& console_;
    const Work& work_;
    const Precedence& precedence_;
    std::vector<JailReport> reports_;
    enum class Turn { waiting, begun, ended };
    std::vector<Turn> turns_;
    std::list<Running> running_;
    bool forwarded_ = false;
};

}  // namespace

std::vector<JailReport> run_workers(const std::vector<Jail>& jails, int jobs, StreamConsole& console, const Work& work,
                                    const Precedence& precedence) {
    return Pool(jails, jobs, console, work, precedence).run();
}

}  // namespace jailctl::core
