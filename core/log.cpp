#include "log.hpp"

#include <cerrno>
#include <fcntl.h>
#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/scoped.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::core {
namespace {

/// Writes to a descriptor that was opened and checked by us; spdlog's own file sinks open by path and follow links. One
/// write per line and O_APPEND: workers of several jails share the file.
class DescriptorSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
public:
    explicit DescriptorSink(UniqueFd fd) : fd_(std::move(fd)) {}

protected:
    void sink_it_(const spdlog::details::log_msg& message) override {
        spdlog::memory_buf_t text;
        formatter_->format(message, text);
        if (::write(fd_.get(), text.data(), text.size()) < 0) return;  // a full disk does not fail the command
    }
    void flush_() override {}

private:
    UniqueFd fd_;
};

UniqueFd open_log(const std::filesystem::path& file) {
    UniqueFd fd(
        ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600));
    if (!fd) throw_errno("cannot open the log " + file.string());
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0) throw_errno("cannot look at the log " + file.string());
    if (!S_ISREG(status.st_mode)) throw Error(Errc::denied, "the log " + file.string() + " is no regular file");
    if (status.st_uid != ::geteuid() || (status.st_mode & 022) != 0)
        throw Error(Errc::denied, "the log " + file.string() + " belongs to another user or can be written by others");
    return fd;
}

}  // namespace

Log::Log() = default;
Log::~Log() = default;

void Log::configure(std::filesystem::path file, std::string level) {
    file_ = std::move(file);
    level_ = std::move(level);
}

void Log::open() {
    if (logger_ || file_.empty()) return;
    auto sink = std::make_shared<DescriptorSink>(open_log(file_));
    logger_ = std::make_shared<spdlog::logger>("jailctl", std::move(sink));
    logger_->set_pattern("%Y-%m-%dT%H:%M:%S%z %P %l %v");
    logger_->set_level(spdlog::level::from_str(level_ == "warning" ? "warn" : level_));
}

bool Log::ready() noexcept {
    if (failed_) return false;
    try {
        open();
    } catch (...) {
        failed_ = true;
    }
    return logger_ != nullptr;
}

// Names come from jails and files: escaped, and never the format string itself.
void Log::info(std::string_view line) noexcept {
    if (ready()) logger_->info("{}", escape_name(line));
}

void Log::error(std::string_view line) noexcept {
    if (ready()) logger_->error("{}", escape_name(line));
}

void install_stderr_logger() {
    spdlog::set_default_logger(
        std::make_shared<spdlog::logger>("stderr", std::make_shared<spdlog::sinks::stderr_sink_st>()));
}

}  // namespace jailctl::core
