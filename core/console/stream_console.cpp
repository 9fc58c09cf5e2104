#include "console/stream_console.hpp"

#include <cerrno>
#include <cstdlib>
#include <unistd.h>

#include "columns.hpp"
#include "console/progress.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::core {
namespace {

constexpr const char* red = "\033[31m";
constexpr const char* yellow = "\033[33m";
constexpr const char* plain = "\033[0m";
constexpr const char* clear_line = "\r\033[K";
constexpr const char* clear_screen = "\033[H\033[2J";

class NoProgress final : public Progress {
public:
    void update(std::uint64_t) override {}
};

std::string with_newline(std::string_view text) {
    std::string line = escape_control(text);
    if (line.empty() || line.back() != '\n') line += '\n';
    return line;
}

}  // namespace

bool use_color(int choice, int fd) {
    if (choice != 0) return choice == 1;
    const char* none = std::getenv("NO_COLOR");
    const char* term = std::getenv("TERM");
    return ::isatty(fd) == 1 && (none == nullptr || *none == '\0') && term != nullptr &&
           std::string_view(term) != "dumb";
}

void StreamConsole::put(int fd, std::string_view text) {
    clear_bar();
    const int failed = (fd == 1 ? out_ : err_).write(text);
    if (failed == 0 || fd != 1) return;
    output_ok_ = false;
    output_closed_ = failed == EPIPE;
}

void StreamConsole::clear_bar() {
    if (!bar_visible_) return;
    bar_visible_ = false;
    err_.write(clear_line);
}

void StreamConsole::put_labelled(std::string_view label, const char* color, std::string_view text,
                                 std::string_view hint) {
    std::string line = style_.color_err ? color + std::string(label) + ":" + plain + " " : std::string(label) + ": ";
    line += with_newline(text);
    if (!hint.empty()) line += "hint: " + with_newline(hint);
    put(2, line);
}

void StreamConsole::line(std::string_view text) { put(text_fd(), with_newline(text)); }

void StreamConsole::clear() {
    if (::isatty(text_fd()) == 1) put(text_fd(), clear_screen);
}

void StreamConsole::info(std::string_view text) {
    if (!style_.quiet) put(text_fd(), with_newline(text));
}

void StreamConsole::verbose(std::string_view text) {
    if (style_.verbose) put(2, with_newline(text));
}

void StreamConsole::warn(std::string_view text) { warn_of({}, text); }

void StreamConsole::warn_of(const std::string& jail, std::string_view text) {
    ledger_->warnings.push_back({std::string(text), jail});
    put_labelled("warning", yellow, text, {});
}

void StreamConsole::error(const Error& error) {
    ledger_->reported.push_back(error);
    put_labelled("error", red, error.what(), error.hint());
}

void StreamConsole::failure(const std::string& label, const Error& error) {
    put_labelled(label, red, error.what(), error.hint());
}

void StreamConsole::left_out(std::string_view sentence) { put_labelled("left out", yellow, sentence, {}); }

int StreamConsole::raw_output() {
    if (::isatty(1) == 1)
        throw Error(Errc::usage, "raw data is not written to a terminal").with_hint("send it to a file or a program");
    if (style_.json) throw Error(Errc::usage, "--json and raw data cannot both go to stdout");
    style_.text_to_stderr = true;
    return 1;
}

std::unique_ptr<Progress> StreamConsole::progress(std::string_view what, std::uint64_t total_bytes) {
    using namespace std::chrono_literals;
    if (style_.quiet) return std::make_unique<NoProgress>();
    if (!style_.bars)
        return std::make_unique<TimedProgress>(
            std::string(what), total_bytes, nullptr, 10s, [this](const std::string& text) { info(text); }, [] {});
    return std::make_unique<TimedProgress>(
        escape_name(what), total_bytes, [] { return terminal_columns(2); }, 100ms,
        [this](const std::string& text) {
            err_.write(clear_line + text);
            bar_visible_ = true;
        },
        [this] { clear_bar(); });
}

std::unique_ptr<Progress> StreamConsole::waiting(std::string_view what) {
    if (!style_.bars) return std::make_unique<NoProgress>();
    return progress(what, 0);
}

bool StreamConsole::confirm(std::string_view question) {
    clear_bar();
    const auto answer = asker_->ask(escape_name(question) + " [y/N] ", false);
    return answer == "y" || answer == "Y" || answer == "yes" || answer == "YES" || answer == "Yes";
}

std::string StreamConsole::ask_secret(std::string_view prompt) {
    clear_bar();
    return asker_->ask(escape_name(prompt), true);
}

void StreamConsole::data(std::string_view key, Value value) {
    if (style_.json) ledger_->data.set(key, std::move(value));
}

void StreamConsole::pass_on(bool to_stderr, std::string_view lines) { put(to_stderr ? 2 : text_fd(), lines); }

void StreamConsole::document(const Value& value) { put(1, to_json(value, 2) + "\n"); }

}  // namespace jailctl::core
