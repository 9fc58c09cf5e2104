#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "jailctl/sdk/export.hpp"

namespace jailctl {

/// What went wrong, for programs. The names (error_name) are part of the JSON schema: add at the end, never rename.
enum class Errc {
    failed,       ///< anything without a better word
    usage,        ///< the command line: nothing was attempted, status 2
    config,       ///< jails.conf or a file it names: nothing was attempted, status 2
    exists,       ///< the thing is there already, or already in the wanted state
    not_found,    ///< no such jail, root, backup, interface, file
    denied,       ///< not root, or an owner check failed
    busy,         ///< a lock is held, a jail runs, a mount is in use
    unsupported,  ///< this kernel, file system or build cannot
    io,           ///< a system call failed; the cause is in the text
    no_space,     ///< not enough room, found before or while writing
    invalid,      ///< input that does not keep its format
    vetoed,       ///< a before-hook said no
    timeout,      ///< something took longer than it may
    interrupted,  ///< a signal asked us to end
    damaged,      ///< an archive or a state file is not what it was
    internal,     ///< a promise inside the program was broken
};

[[nodiscard]] JAILCTL_SDK_EXPORT std::string_view error_name(Errc code) noexcept;
/// The code of that name, as it comes back from a worker or the tree helper; internal for any other word.
[[nodiscard]] JAILCTL_SDK_EXPORT Errc parse_errc(std::string_view name) noexcept;

/// The one exception that crosses modules: a code for programs, one sentence for people, a hint for the operator.
/// `what()` is the sentence with every context in front: "starting jail x: cannot mount a on b: No such file".
class JAILCTL_SDK_EXPORT Error : public std::runtime_error {
public:
    /// @param cause  appended as ": <text>" when set; usually last_error()
    Error(Errc code, const std::string& message, std::error_code cause = {});
    Error(const Error&) = default;
    Error& operator=(const Error&) = default;
    ~Error() override;

    [[nodiscard]] Errc code() const noexcept { return code_; }
    [[nodiscard]] std::error_code cause() const noexcept { return cause_; }
    [[nodiscard]] const std::string& hint() const noexcept { return hint_; }
    [[nodiscard]] const std::string& jail() const noexcept { return jail_; }
    [[nodiscard]] const std::string& step() const noexcept { return step_; }
    [[nodiscard]] const char* what() const noexcept override { return text_.c_str(); }

    /// What the operator should do, as one sentence without a full stop. The first hint set wins: it is the nearest.
    Error& with_hint(std::string hint);
    Error& with_jail(std::string name);
    Error& with_step(std::string step);
    /// Puts "context: " in front of the sentence.
    Error& add_context(std::string_view context);

private:
    Errc code_;
    std::error_code cause_;
    std::string text_, hint_, jail_, step_;
};

/// errno as an error_code; call it first thing after the failing system call.
[[nodiscard]] JAILCTL_SDK_EXPORT std::error_code last_error() noexcept;

/// Errc::no_space for ENOSPC and EDQUOT, Errc::denied for EACCES and EPERM, Errc::not_found for ENOENT, else Errc::io.
[[nodiscard]] JAILCTL_SDK_EXPORT Errc code_of(std::error_code cause) noexcept;

/// Throws Error(code_of(errno), message, errno): the usual end of a failing system call.
[[noreturn]] JAILCTL_SDK_EXPORT void throw_errno(const std::string& message);

/// Runs `f`; an Error leaving it gains "context: " in front. Each layer adds its own context once.
template <class F>
decltype(auto) in_context(std::string_view context, F&& f) {
    try {
        return std::forward<F>(f)();
    } catch (Error& error) {
        error.add_context(context);
        throw;
    }
}

}  // namespace jailctl
