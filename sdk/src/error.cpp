#include "jailctl/sdk/error.hpp"

#include <array>
#include <cerrno>
#include <cstddef>

namespace jailctl {

namespace {

constexpr std::array<std::string_view, 16> names = {
    "failed", "usage",   "config", "exists",  "not_found",   "denied",  "busy",        "unsupported",
    "io",     "no_space", "invalid", "vetoed", "timeout",    "interrupted", "damaged", "internal",
};
static_assert(names.size() == static_cast<std::size_t>(Errc::internal) + 1);

std::string sentence(const std::string& message, std::error_code cause) {
    return cause ? message + ": " + cause.message() : message;
}

}  // namespace

std::string_view error_name(Errc code) noexcept {
    const auto index = static_cast<std::size_t>(code);
    return index < names.size() ? names[index] : names.back();
}

Errc parse_errc(std::string_view name) noexcept {
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i] == name) return static_cast<Errc>(i);
    }
    return Errc::internal;
}

Error::Error(Errc code, const std::string& message, std::error_code cause)
    : std::runtime_error(message), code_(code), cause_(cause), text_(sentence(message, cause)) {}

Error::~Error() = default;

Error& Error::with_hint(std::string hint) {
    if (hint_.empty()) hint_ = std::move(hint);
    return *this;
}

Error& Error::with_jail(std::string name) {
    if (jail_.empty()) jail_ = std::move(name);
    return *this;
}

Error& Error::with_step(std::string step) {
    if (step_.empty()) step_ = std::move(step);
    return *this;
}

Error& Error::add_context(std::string_view context) {
    text_.insert(0, std::string(context) + ": ");
    return *this;
}

std::error_code last_error() noexcept { return {errno, std::generic_category()}; }

Errc code_of(std::error_code cause) noexcept {
    switch (cause.value()) {
        case ENOSPC:
        case EDQUOT: return Errc::no_space;
        case EACCES:
        case EPERM: return Errc::denied;
        case ENOENT: return Errc::not_found;
        default: return Errc::io;
    }
}

void throw_errno(const std::string& message) {
    const auto cause = last_error();
    throw Error(code_of(cause), message, cause);
}

}  // namespace jailctl
