#include "run/worker.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/interrupt.hpp"
#include "run/worker_side.hpp"

namespace jailctl::core {
namespace {

struct Channel {
    UniqueFd parent, worker;
};

Channel make_channel() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        throw_errno("cannot make a channel to a worker");
    return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

void send_line(int fd, const Value& value) {
    const std::string line = to_json(value) + "\n";
    std::string_view left = line;
    while (!left.empty()) {
        const auto n = ::send(fd, left.data(), left.size(), MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return;  // the worker is gone: its end will be read as such
        left.remove_prefix(static_cast<std::size_t>(n));
    }
}

void no_blocking(int fd) { ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK); }

std::string ending(int status) {
    if (WIFSIGNALED(status))
        return "was killed by signal " + std::to_string(WTERMSIG(status)) + " (" + ::strsignal(WTERMSIG(status)) + ")";
    return "ended without a result (status " + std::to_string(WEXITSTATUS(status)) + ")";
}

}  // namespace

Worker::Worker(const Jail& jail, StreamConsole& console, const Work& work)
    : jail_(&jail), console_(&console), start_(std::chrono::steady_clock::now()), out_lines_(jail.name.text() + ": "),
      err_lines_(jail.name.text() + ": ") {
    Pipe out = make_pipe(), err = make_pipe();
    Channel channel = make_channel();
    pid_ = ::fork();
    if (pid_ < 0) throw_errno("cannot start a worker");
    if (pid_ == 0) {
        channel.parent.reset();
        be_worker(jail, console, work, {out.write.get(), err.write.get(), channel.worker.get()});
    }
    out_ = std::move(out.read);
    err_ = std::move(err.read);
    channel_ = std::move(channel.parent);
    for (const int fd : {out_.get(), err_.get()}) no_blocking(fd);
}

double Worker::seconds() const noexcept {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

void Worker::read_text(bool from_err) {
    std::array<char, 16384> buffer;
    auto& fd = from_err ? err_ : out_;
    const auto n = ::read(fd.get(), buffer.data(), buffer.size());
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (n <= 0) return fd.reset();
    const auto lines = (from_err ? err_lines_ : out_lines_).take({buffer.data(), static_cast<std::size_t>(n)});
    if (!lines.empty()) console_->pass_on(from_err, lines);
}

bool Worker::read_channel() {
    std::array<char, 16384> buffer;
    const auto n = ::read(channel_.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) return true;
    if (n <= 0) return false;
    received_.append(buffer.data(), static_cast<std::size_t>(n));
    for (std::size_t end; (end = received_.find('\n')) != std::string::npos; received_.erase(0, end + 1))
        message(parse_json(std::string_view(received_).substr(0, end)));
    return true;
}

void Worker::message(const Value& value) {
    if (value["ask"].is_string()) return answer(value);
    if (value["ledger"].is_object()) ledger_ = Ledger::from_value(value["ledger"]);
}

void Worker::answer(const Value& question) {
    Value reply = Value::object();
    try {
        const std::string prompt = jail_->name.text() + ": " + question["ask"].str();
        reply.set("answer", console_->asker().ask(prompt, question["secret"].truth()));
    } catch (const Error& error) {
        reply.set("error", error_value(error));
    }
    send_line(channel_.get(), reply);
}

void Worker::read_rest() {
    for (const bool from_err : {false, true}) {
        auto& fd = from_err ? err_ : out_;
        // Non-blocking: a process that the worker left behind may still hold the other end.
        for (ssize_t n = 1; fd && n > 0;) {
            std::array<char, 16384> buffer;
            n = ::read(fd.get(), buffer.data(), buffer.size());
            if (n > 0)
                console_->pass_on(
                    from_err, (from_err ? err_lines_ : out_lines_).take({buffer.data(), static_cast<std::size_t>(n)}));
        }
        if (const auto last = (from_err ? err_lines_ : out_lines_).rest(); !last.empty())
            console_->pass_on(from_err, last);
        fd.reset();
    }
}

Ledger Worker::finish() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {}
    read_rest();
    channel_.reset();
    if (ledger_) return std::move(*ledger_);
    Ledger ledger;
    ledger.failure = Error(Errc::internal, "the process working on " + jail_->name.text() + " " + ending(status))
                         .with_hint("repeat the command: it finishes or undoes what was begun");
    return ledger;
}

}  // namespace jailctl::core
