#include "password.hpp"

#include <sys/stat.h>

#include "account.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::create {

namespace {

constexpr std::size_t password_file_cap = 4096;
constexpr int attempts = 3;

UniqueFd open_password(const std::filesystem::path& path) {
    UniqueFd opened;
    try {
        opened = open_trusted(path, Trust::root);
    } catch (Error& error) {
        if (error.code() != Errc::not_found) throw;
        throw error.add_context("--root-password-file").with_hint("write the root password into its first line, or leave the option out");
    }
    struct stat facts{};
    if (::fstat(opened.get(), &facts) != 0) throw_errno("cannot look at " + path.string());
    if ((facts.st_mode & 077) != 0)
        throw Error(Errc::denied, escape_name(path.string()) + " can be read by others, and it holds the root password of the jail")
            .with_hint("chmod 600 " + shell_word(path.string()));
    return opened;
}

}  // namespace

std::string password_from_file(const std::filesystem::path& file) {
    const auto path = std::filesystem::absolute(file);
    const UniqueFd opened = open_password(path);
    std::string content = read_all(opened.get(), password_file_cap, path.string());
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
