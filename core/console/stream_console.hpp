#pragma once

#include <functional>
#include <string>

#include "console/asker.hpp"
#include "console/writer.hpp"
#include "jailctl/sdk/console.hpp"
#include "run/ledger.hpp"

namespace jailctl::core {

/// How this process talks. `color_*` are decided once, from --color, NO_COLOR and what the descriptors are.
struct ConsoleStyle {
    bool json = false, quiet = false, verbose = false;
    bool text_to_stderr = false;  ///< stdout carries data: --json, or a path "-"
    bool color_err = false;
    bool bars = false;            ///< progress as a bar on stderr
};

/// The console of one process: text on descriptors 1 and 2, data and errors into the ledger of the work at hand.
class StreamConsole final : public Console {
public:
    StreamConsole(ConsoleStyle style, Asker& asker, Ledger& ledger) : style_(style), asker_(&asker), ledger_(&ledger) {}

    void line(std::string_view text) override;
    void clear() override;
    void info(std::string_view text) override;
    void verbose(std::string_view text) override;
    void warn(std::string_view text) override;
    void error(const Error& error) override;
    [[nodiscard]] int raw_output() override;
    [[nodiscard]] std::unique_ptr<Progress> progress(std::string_view what, std::uint64_t total_bytes) override;
    [[nodiscard]] std::unique_ptr<Progress> waiting(std::string_view what) override;
    [[nodiscard]] bool can_ask() const override { return asker_->can_ask(); }
    [[nodiscard]] bool confirm(std::string_view question) override;
    [[nodiscard]] std::string ask_secret(std::string_view prompt) override;
    void data(std::string_view key, Value value) override;
    [[nodiscard]] bool json() const override { return style_.json; }

    /// warn() about a jail, which --json names beside it.
    void warn_of(const std::string& jail, std::string_view text);
    /// A failure that ended the work: "LABEL: text" and its hint, on stderr. Not entered into the ledger.
    void failure(const std::string& label, const Error& error);
    /// Invocation::omission: "left out: ...", on stderr. Entered into the ledger by the invocation.
    void left_out(std::string_view sentence);
    /// Text that was escaped already, whole lines, from a worker.
    void pass_on(bool to_stderr, std::string_view lines);
    /// The JSON document, on stdout.
    void document(const Value& value);

    void write_to(Ledger& ledger) noexcept { ledger_ = &ledger; }
    [[nodiscard]] const ConsoleStyle& style() const noexcept { return style_; }
    void restyle(const ConsoleStyle& style) noexcept { style_ = style; }
    void ask_through(Asker& asker) noexcept { asker_ = &asker; }
    [[nodiscard]] Asker& asker() noexcept { return *asker_; }
    /// False once stdout could not be written to (a full disk): the status must not be 0 then.
    [[nodiscard]] bool output_ok() const noexcept { return output_ok_; }
    /// Then it was a pipe whose reader has gone.
    [[nodiscard]] bool output_closed() const noexcept { return output_closed_; }
    /// Text was given up: a signal came, and whoever has the other end of stdout or stderr does not read.
    [[nodiscard]] bool gave_up() const noexcept { return out_.gave_up() || err_.gave_up(); }

private:
    void put(int fd, std::string_view text);
    void put_labelled(std::string_view label, const char* color, std::string_view text, std::string_view hint);
    void clear_bar();
    [[nodiscard]] int text_fd() const noexcept { return style_.text_to_stderr ? 2 : 1; }

    ConsoleStyle style_;
    Asker* asker_;
    Ledger* ledger_;
    Writer out_{1}, err_{2};
    bool bar_visible_ = false, output_ok_ = true, output_closed_ = false;
};

/// --color, NO_COLOR and TERM applied to a descriptor.
[[nodiscard]] bool use_color(int choice, int fd);

}  // namespace jailctl::core
