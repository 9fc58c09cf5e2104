#include "report.hpp"

#include <cerrno>
#include <cstring>
#include <string>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"
#include "program.hpp"

namespace jailctl::lifecycle {
namespace {

void tell(int report, const Error& error) noexcept {
    char message[2048];
    const auto* cannot_run = dynamic_cast<const CannotRun*>(&error);
    const int code[2] = {static_cast<int>(error.code()), cannot_run != nullptr ? cannot_run->status() : 0};
    std::memcpy(message, code, sizeof code);
    // Sentence and hint, each ended by NUL, in one write a pipe does not split.
    std::size_t size = sizeof code;
    for (const char* text : {error.what(), error.hint().c_str()}) {
        const std::size_t length = ::strnlen(text, 1000);
        std::memcpy(message + size, text, length);
        size += length;
        message[size++] = '\0';
    }
    [[maybe_unused]] const auto written = ::write(report, message, size);
}

}  // namespace

void run_child(int report, const std::function<void()>& body) {
    try {
        body();
    } catch (const Error& error) {
        tell(report, error);
    } catch (const std::exception& error) {
        tell(report, Error(Errc::internal, error.what()));
    }
    ::_exit(125);
}

void hear_child(const UniqueFd& report) {
    // One write, which a pipe does not split: its end is not waited for, a jail may stop who has said it.
    std::string message(4096, '\0');
    ssize_t got = 0;
    while ((got = ::read(report.get(), message.data(), message.size())) < 0 && errno == EINTR) {}
    if (got < 0) throw_errno("cannot hear from the jail's first process");
    message.resize(static_cast<std::size_t>(got));
    int code[2] = {};
    if (message.size() < sizeof code + 2) return;
    std::memcpy(code, message.data(), sizeof code);
    const char* text = message.c_str() + sizeof code;
    Error error(static_cast<Errc>(code[0]), text);
    if (const char* hint = text + std::strlen(text) + 1; *hint != '\0') error.with_hint(hint);
    if (code[1] != 0) throw CannotRun(code[1], error);
    throw error;
}

}  // namespace jailctl::lifecycle
