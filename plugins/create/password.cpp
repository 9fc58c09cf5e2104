#include "password.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

#include "account.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/interrupt.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::create {

namespace {

constexpr std::size_t password_file_cap = 4096;
constexpr int attempts = 3;

/// The pipe of `<(...)`, which a shell hands over open and calls /dev/fd/63; nothing for any other path.
UniqueFd handed_over(const std::string& path) {
    constexpr std::string_view folder = "/dev/fd/";
    int number = -1;
    if (!path.starts_with(folder)) return {};
    const auto parsed = std::from_chars(path.data() + folder.size(), path.data() + path.size(), number);
    struct stat facts{};
    if (parsed.ptr != path.data() + path.size() || ::fstat(number, &facts) != 0 || !S_ISFIFO(facts.st_mode)) return {};
    return UniqueFd(::fcntl(number, F_DUPFD_CLOEXEC, 3));
}

/// Of a pipe what comes until it ends, a page at most.
std::string content_of(int file, const std::string& path) {
    struct stat facts{};
    if (::fstat(file, &facts) != 0) throw_errno("cannot look at " + path);
    if (!S_ISFIFO(facts.st_mode)) return read_all(file, password_file_cap, path);
    std::string text(password_file_cap, '\0');
    std::size_t filled = 0;
    while (filled < text.size()) {
        const ssize_t got = ::read(file, text.data() + filled, text.size() - filled);
        if (got < 0 && errno != EINTR) throw_errno("cannot read " + path);
        if (got < 0) Interrupt::check();
        if (got == 0) break;
        if (got > 0) filled += static_cast<std::size_t>(got);
    }
    text.resize(filled);
    return text;
}

UniqueFd open_password(const std::filesystem::path& path) {
    UniqueFd opened = handed_over(path.string());
    try {
        if (!opened) opened = open_trusted(path, Trust::root);
    } catch (Error& error) {
        if (error.code() != Errc::not_found) throw;
        throw error.add_context("--root-password-file")
            .with_hint("write the root password into its first line, or leave the option out");
    }
    struct stat facts{};
    if (::fstat(opened.get(), &facts) != 0) throw_errno("cannot look at " + path.string());
    if ((facts.st_mode & 077) != 0)
        throw Error(Errc::denied,
                    escape_name(path.string()) + " can be read by others, and it holds the root password of the jail")
            .with_hint("chmod 600 " + shell_word(path.string()));
    return opened;
}

}  // namespace

std::string password_from_file(const std::filesystem::path& file) {
    if (file.empty())
        throw Error(Errc::usage, "--root-password-file names no file")
            .with_hint(
                "leave the option out: the password is asked for then, or without a terminal the account is locked");
    const auto path = std::filesystem::absolute(file);
    const UniqueFd opened = open_password(path);
    std::string content = content_of(opened.get(), path.string());
    std::string password = content.substr(0, content.find('\n'));
    wipe(content);
    if (!password.empty() && password.back() == '\r') password.pop_back();
    if (password.empty() || password.find('\0') != std::string::npos) {
        throw Error(Errc::config, path.string() + " does not begin with a password")
            .with_hint("write the root password into its first line");
    }
    return password;
}

std::string ask_password(Invocation& in) {
    auto& console = in.console();
    if (!console.can_ask()) return {};
    for (int i = 0; i < attempts; ++i) {
        std::string first = console.ask_secret("New Password:");
        std::string second = console.ask_secret("Retype New Password:");
        const bool same = first == second;
        wipe(second);
        if (same && !first.empty()) return first;
        wipe(first);
        console.warn(same ? "an empty password would open the account to anybody" : "the passwords differ: try again");
    }
    throw Error(Errc::failed, "no root password was given")
        .with_hint("use --root-password-file, or --batch to leave the account locked");
}

}  // namespace jailctl::create
