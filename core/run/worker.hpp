#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <sys/types.h>

#include "console/stream_console.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/scoped.hpp"
#include "run/ledger.hpp"
#include "run/lines.hpp"

namespace jailctl::core {

/// What is done to one jail; runs in the worker.
using Work = std::function<Ledger(const Jail&)>;

/// The parent's side of one forked, single-threaded worker: its text by two pipes, its questions and its ledger by a
/// socket. The worker's stdin is /dev/null.
class Worker {
public:
    /// Forks. @throws Error io
    Worker(const Jail& jail, StreamConsole& console, const Work& work);

    [[nodiscard]] const Jail& jail() const noexcept { return *jail_; }
    [[nodiscard]] pid_t pid() const noexcept { return pid_; }
    [[nodiscard]] int out() const noexcept { return out_.get(); }
    [[nodiscard]] int err() const noexcept { return err_.get(); }
    [[nodiscard]] int channel() const noexcept { return channel_.get(); }
    [[nodiscard]] double seconds() const noexcept;

    /// Passes on what is readable now.
    void read_text(bool from_err);
    /// Answers questions and takes the ledger. @return false once the worker has closed its side
    [[nodiscard]] bool read_channel();
    /// Reaps it, passes on the rest of its text. @return its ledger, or one that says how it died
    [[nodiscard]] Ledger finish();

private:
    void message(const Value& value);
    void answer(const Value& question);
    void read_rest();

    const Jail* jail_;
    StreamConsole* console_;
    std::chrono::steady_clock::time_point start_;
    pid_t pid_ = -1;
    UniqueFd out_, err_, channel_;
    PrefixedLines out_lines_, err_lines_;
    std::string received_;
    std::optional<Ledger> ledger_;
};

}  // namespace jailctl::core
