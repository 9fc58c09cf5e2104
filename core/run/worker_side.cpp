#include "run/worker_side.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/interrupt.hpp"

namespace jailctl::core {
namespace {

/// Hands a question to the parent and waits for the answer; the parent asks for one worker at a time.
class ChannelAsker final : public Asker {
public:
    ChannelAsker(int channel, bool can_ask) : channel_(channel), can_ask_(can_ask) {}
    [[nodiscard]] bool can_ask() const override { return can_ask_; }
    [[nodiscard]] std::string ask(std::string_view prompt, bool secret) override {
        if (!can_ask_) throw Error(Errc::usage, "cannot ask: there is no terminal, or --batch was given");
        write_all(channel_, to_json(Value::object().set("ask", prompt).set("secret", secret)) + "\n", "a question");
        const Value reply = parse_json(read_line());
        if (reply["error"].is_object()) throw error_from(reply["error"]);
        return reply["answer"].str();
    }

private:
    std::string read_line() const {
        std::string line;
        for (char c = 0;;) {
            pollfd set[2] = {{channel_, POLLIN, 0}, {Interrupt::fd(), POLLIN, 0}};
            // Siblings hold copies of the parent's end, so its death shows here and not as an end of file.
            if (::poll(set, 2, 1000) < 0 && errno != EINTR) throw_errno("cannot wait for an answer");
            Interrupt::check();
            if (::getppid() != parent_) throw Error(Errc::interrupted, "the process that asks the questions is gone");
            if (set[0].revents == 0) continue;
            const auto n = ::read(channel_, &c, 1);
            if (n < 0 && errno == EINTR) continue;
            if (n <= 0) throw Error(Errc::interrupted, "the process that asks the questions is gone");
            if (c == '\n') return line;
            line.push_back(c);
        }
    }
    int channel_;
    bool can_ask_;
    pid_t parent_ = ::getppid();
};

void take_descriptors(const WorkerEnds& ends) {
    ::dup2(ends.out, 1);
    ::dup2(ends.err, 2);
    const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (null >= 0) ::dup2(null, 0);
}

}  // namespace

void be_worker(const Jail& jail, StreamConsole& console, const Work& work, WorkerEnds ends) {
    int status = 1;
    try {
        const bool can_ask = console.can_ask();  // of the descriptors the parent asks on
        take_descriptors(ends);
        Interrupt::install();  // a pipe of its own: the siblings would wake each other
        ChannelAsker asker(ends.channel, can_ask);
        auto style = console.style();
        style.bars = false;
        console.restyle(style);
        console.ask_through(asker);
        const Ledger ledger = work(jail);
        write_all(ends.channel, to_json(Value::object().set("ledger", ledger.to_value())) + "\n", "the result");
        status = 0;
    } catch (...) {
        status = 1;  // the parent sees a worker without a result and says so
    }
    ::_exit(status);
}

}  // namespace jailctl::core
