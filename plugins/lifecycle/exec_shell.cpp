#include <algorithm>
#include <boost/program_options/value_semantic.hpp>
#include <cctype>
#include <cstdlib>
#include <memory>
#include <optional>

#include "commands.hpp"
#include "exec_user.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/services/jail_runtime.hpp"
#include "jailctl/sdk/text.hpp"
#include "platform.hpp"
#include "whole_lines.hpp"

namespace po = boost::program_options;

namespace jailctl::lifecycle {
namespace {

constexpr int own_failure = 125;  // as env(1), timeout(1) and others: the command itself was not reached

/// The kind of the user's terminal is the one thing of our environment that a program inside needs.
void add_term(ExecRequest& request) {
    const char* term = std::getenv("TERM");
    if (term == nullptr) return;
    const std::string text = term;
    const bool plain = text.size() < 64 && text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                                  "0123456789-+._") == std::string::npos;
    if (plain) request.environment.push_back("TERM=" + text);
}

/// --json leaves stdout to the document: what the command writes becomes a member of it, as much as a reader can bear.
int run_collected(Invocation& invocation, JailRuntime& runtime, const Jail& jail, ExecRequest request) {
    constexpr std::size_t most = 1 << 20;
    std::string output;
    bool cut = false;
    request.terminal = false;
    request.on_output = [&](std::string_view chunk) {
        cut = cut || output.size() + chunk.size() > most;
        output.append(chunk.substr(0, most - output.size()));
    };
    const ExitStatus ended = runtime.exec(invocation, jail, request);
    Console& console = invocation.console();
    console.data("exit_status", ended.code);
    console.data("output", output);
    console.data("output_cut", cut);
    return ended.code;
}

int run_in_lines(Invocation& invocation, JailRuntime& runtime, const Jail& jail, ExecRequest request) {
    WholeLines lines(invocation.console());
    request.terminal = false;
    request.on_output = [&](std::string_view chunk) { lines.add(chunk); };
    const ExitStatus ended = runtime.exec(invocation, jail, request);
    lines.finish();
    return ended.code;
}

/// What fails before the command is reached has a status of its own, and names the jail.
template <class Work>
void or_own_failure(Invocation& invocation, const Jail& jail, Work work) {
    try {
        work();
    } catch (Error& error) {
        invocation.set_exit_status(own_failure);
        error.with_jail(jail.name.text());
        throw;
    }
}

/// How a command ended: 0 with --dry-run.
struct Ended {
    int status = 0;
    std::optional<Error> not_run;  ///< why there was none, the status is the one of a shell then
};

Ended run_inside(Invocation& invocation, const Jail& jail, ExecRequest request) {
    require_up(invocation.configuration(), jail);
    Ended ended;
    if (invocation.options().dry_run) {
        invocation.console().line("would run " + request.command.front() + " in " + jail.name.text());
        return ended;
    }
    request.not_run = &ended.not_run;
    auto& runtime = invocation.services().get<JailRuntime>();
    if (invocation.options().json) ended.status = run_collected(invocation, runtime, jail, request);
    else if (invocation.jails().size() > 1) ended.status = run_in_lines(invocation, runtime, jail, request);
    else ended.status = runtime.exec(invocation, jail, request).code;
    return ended;
}

/// Only a command that ran has done what was wanted, whatever its status.
void end_as(Invocation& invocation, const Ended& ended) {
    invocation.set_exit_status(ended.status);
    if (ended.not_run) throw Error(*ended.not_run);
}

/// What the options of exec say beyond the command.
struct ExecOptions {
    std::optional<std::string> user, directory;  ///< an empty word is one: of a variable that is not set, perhaps
    std::vector<std::string> environment;
};

void require_variable(const std::string& text) {
    const auto end = text.find('=');
    const std::string name = text.substr(0, end);
    const bool named = !name.empty() && (std::isdigit(static_cast<unsigned char>(name[0])) == 0) &&
                       std::all_of(name.begin(), name.end(),
                                   [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
    if (end == std::string::npos || !named)
        throw Error(Errc::usage, "'" + escape_name(text) + "' is no variable with its value")
            .with_hint("-e NAME=VALUE");
}

void be_user(ExecRequest& request, const JailUser& user) {
    request.user = user.ids;
    request.environment.push_back("HOME=" + user.account.home);
    request.environment.push_back("SHELL=" + user.account.shell);
    if (user.account.name.empty()) return;
    request.environment.push_back("USER=" + user.account.name);
    request.environment.push_back("LOGNAME=" + user.account.name);
}

void apply(const ExecOptions& options, const Jail& jail, ExecRequest& request) {
    for (const auto& variable : options.environment) require_variable(variable);
    if (options.directory && !options.directory->starts_with('/'))
        throw Error(Errc::usage,
                    "-w needs an absolute path in the jail, and not '" + escape_name(*options.directory) + "'");
    if (options.directory) request.directory = *options.directory;
    if (options.user) be_user(request, find_user(Rootfs::open(jail.root), *options.user));
    request.environment.insert(request.environment.end(), options.environment.begin(), options.environment.end());
}

ExecRequest command_of(Invocation& invocation, const Jail& jail, const ExecOptions& options) {
    ExecRequest request;
    request.command = invocation.rest();
    if (request.command.empty() || request.command.front().empty())
        throw Error(Errc::usage, "no command was given").with_hint("jailctl exec JAIL -- COMMAND [ARGUMENT...]");
    request.terminal = true;
    add_term(request);
    if (options.user) require_up(invocation.configuration(), jail);  // its passwd is read first
    apply(options, jail, request);
    return request;
}

/// An option that was given, be it empty.
auto* given(std::optional<std::string>& value) {
    return po::value<std::string>()->notifier([&value](const std::string& word) { value = word; });
}

/// Of no passwd at all, or of what is none, nothing is known.
std::string passwd_if_readable(Console& console, const Rootfs& root) {
    try {
        return root.read("etc/passwd").value_or("");
    } catch (const Error& error) {
        if (error.code() == Errc::interrupted) throw;
        console.warn(std::string("the jail's passwd is not read, root gets /bin/sh: ") + error.what());
        return "";
    }
}

/// Root is there whatever the jail's passwd says: who broke it must be able to mend it.
JailUser login_user(Console& console, const Rootfs& root, const std::optional<std::string>& word) {
    JailUser user;
    if (word) {
        user = find_user(root, *word);
    } else if (const auto found = find_account(passwd_if_readable(console, root), "0")) {
        user.account = *found;
        user.account.gid = 0;
    }
    if (!word && user.account.name.empty()) user.account.name = "root";
    if (!user.account.shell.starts_with('/')) user.account.shell = "/bin/sh";
    if (!user.account.home.starts_with('/')) user.account.home = word ? "/" : "/root";
    return user;
}

/// A login shell by the jail's passwd, in the user's home if there is one.
ExecRequest login(Console& console, const Jail& jail, const std::optional<std::string>& word) {
    const Rootfs root = Rootfs::open(jail.root);
    const JailUser user = login_user(console, root, word);
    ExecRequest request;
    request.command = {user.account.shell, "-l"};
    be_user(request, user);
    if (const std::string home = user.account.home.substr(1); !home.empty() && root.is_directory(home))
        request.directory = user.account.home;
    request.terminal = true;
    add_term(request);
    return request;
}

}  // namespace

void add_exec(Registrar& host) {
    auto options = std::make_shared<ExecOptions>();
    Command exec;
    exec.name = "exec";
    exec.summary = "run a command in a running jail, or in several";
    exec.words = "JAIL|all... -- COMMAND [ARGUMENT...]";
    exec.details =
        "Ends with the status of the command: 128+N for signal N, 126 if it cannot be executed, 127 if there is "
        "none of that name, 125 if jailctl itself failed. On a terminal the command gets one of the jail's own. "
        "A signal to jailctl is passed on; a second one kills the command. In several jails it runs at once, "
        "without a terminal or input, and a status other than 0 is a failure of that jail.";
    exec.targets = Targets::several;
    exec.takes_rest = true;
    exec.options.add_options()("user,u", given(options->user)->value_name("USER[:GROUP]"),
                               "run as this user of the jail, by its own /etc/passwd and /etc/group")(
        "env,e", po::value(&options->environment)->value_name("NAME=VALUE"),
        "set a variable; may be given several times")("workdir,w", given(options->directory)->value_name("DIR"),
                                                      "begin in this directory of the jail instead of /");
    exec.run_jail = [options](Invocation& invocation, const Jail& jail) {
        Ended ended;
        or_own_failure(invocation, jail,
                       [&] { ended = run_inside(invocation, jail, command_of(invocation, jail, *options)); });
        if (invocation.jails().size() > 1 && ended.status != 0 && !ended.not_run)
            throw Error(Errc::failed, "the command ended with status " + std::to_string(ended.status));
        end_as(invocation, ended);
        return Outcome::done();
    };
    host.add(std::move(exec));
}

void add_shell(Registrar& host) {
    auto user = std::make_shared<std::optional<std::string>>();
    Command shell;
    shell.name = "shell";
    shell.aliases = {"console"};
    shell.summary = "open root's login shell in a running jail";
    shell.words = "JAIL";
    shell.targets = Targets::one;
    shell.despite_mistakes = true;  // of others
    shell.options.add_options()("user,u", given(*user)->value_name("USER[:GROUP]"), "another user's login shell");
    shell.run = [user](Invocation& invocation) {
        if (invocation.options().json) throw Error(Errc::usage, "shell is for a person: it has no --json");
        const Jail& jail = invocation.jails().front();
        require_no_mistake(jail);
        Ended ended;
        or_own_failure(invocation, jail, [&] {
            require_up(invocation.configuration(), jail);
            ended = run_inside(invocation, jail, login(invocation.console(), jail, *user));
        });
        end_as(invocation, ended);
    };
    host.add(std::move(shell));
}

}  // namespace jailctl::lifecycle
