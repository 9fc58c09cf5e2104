#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace spdlog {
class logger;
}

namespace jailctl::core {

/// The log file: one line per change to a jail and what plugins add. Opened at the first line, or before a change so
/// that a log that cannot be written is said in time. Never holds secrets.
class Log {
public:
    Log();
    ~Log();
    /// Where lines go and from which level on (debug, info, warn, error). Opens nothing.
    void configure(std::filesystem::path file, std::string level);
    /// Opens the file: O_NOFOLLOW, 0600, appending; it must be a regular file of root's. @throws Error io, denied
    void open();
    /// Lines that cannot be written are dropped: the log never fails a command.
    void info(std::string_view line) noexcept;
    void error(std::string_view line) noexcept;

private:
    [[nodiscard]] bool ready() noexcept;
    std::filesystem::path file_;
    std::string level_ = "info";
    std::shared_ptr<spdlog::logger> logger_;
    bool failed_ = false;
};

/// spdlog's default logger writes to stdout, which is ours for results: puts one on stderr in its place. First of all.
void install_stderr_logger();

}  // namespace jailctl::core
