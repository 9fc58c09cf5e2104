#include <cstdlib>

#include "commands.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/services/jail_runtime.hpp"
#include "passwd.hpp"

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
void run_collected(Invocation& invocation, JailRuntime& runtime, const Jail& jail, ExecRequest request) {
    constexpr std::size_t most = 1 << 20;
    std::string output;
    bool cut = false;
    request.terminal = false;
    request.on_output = [&](std::string_view chunk) {
        cut = cut || output.size() + chunk.size() > most;
        output.append(chunk.substr(0, most - output.size()));
    };
    const ExitStatus ended = runtime.exec(invocation, jail, request);
    invocation.set_exit_status(ended.code);
    invocation.console().data("jails", Value::array().push(Value::object()
                                                               .set("name", jail.name.text())
                                                               .set("exit_status", ended.code)
                                                               .set("output", output)
                                                               .set("output_cut", cut)));
}

void run_inside(Invocation& invocation, const ExecRequest& request) {
    const Jail& jail = invocation.jails().front();
    if (invocation.options().dry_run) {
        invocation.console().line("would run " + request.command.front() + " in " + jail.name.text());
        return;
    }
    try {
        auto& runtime = invocation.services().get<JailRuntime>();
        if (invocation.options().json) return run_collected(invocation, runtime, jail, request);
        invocation.set_exit_status(runtime.exec(invocation, jail, request).code);
    } catch (Error& error) {
        invocation.set_exit_status(own_failure);
        error.with_jail(jail.name.text());
        throw;
    }
}

/// Root's login shell by the jail's passwd; /bin/sh where that says nothing.
ExecRequest login(const Jail& jail) {
    Account account{"root", "/root", "/bin/sh"};
    const auto passwd = Rootfs::open(jail.root).read("etc/passwd");
    if (passwd)
        if (const auto found = find_account(*passwd, "0")) {
            if (found->shell.starts_with('/')) account.shell = found->shell;
            if (found->home.starts_with('/')) account.home = found->home;
            if (!found->name.empty()) account.name = found->name;
        }
    ExecRequest request;
    request.command = {account.shell, "-l"};
    request.environment = {"HOME=" + account.home, "SHELL=" + account.shell, "USER=" + account.name,
                           "LOGNAME=" + account.name};
    request.terminal = true;
    return request;
}

}  // namespace

void add_exec(Registrar& host) {
    Command exec;
    exec.name = "exec";
    exec.summary = "run a command in a running jail";
    exec.words = "JAIL -- COMMAND [ARGUMENT...]";
    exec.details = "Ends with the status of the command: 128+N for signal N, 126 if it cannot be executed, 127 if there is "
                   "none of that name, 125 if jailctl itself failed. On a terminal the command gets one of the jail's own. "
                   "A signal to jailctl is passed on; a second one kills the command.";
    exec.targets = Targets::one;
    exec.takes_rest = true;
    exec.run = [](Invocation& invocation) {
        ExecRequest request;
        request.command = invocation.rest();
        if (request.command.empty() || request.command.front().empty()) {
            invocation.set_exit_status(own_failure);
            throw Error(Errc::usage, "no command was given")
                .with_hint("jailctl exec JAIL -- COMMAND [ARGUMENT...]")
                .with_jail(invocation.jails().front().name.text());
        }
        request.terminal = true;
        add_term(request);
        run_inside(invocation, request);
    };
    host.add(std::move(exec));
}

void add_shell(Registrar& host) {
    Command shell;
    shell.name = "shell";
    shell.aliases = {"console"};
    shell.summary = "open root's login shell in a running jail";
    shell.words = "JAIL";
    shell.targets = Targets::one;
    shell.run = [](Invocation& invocation) {
        if (invocation.options().json) throw Error(Errc::usage, "shell is for a person: it has no --json");
        ExecRequest request;
        const Jail& jail = invocation.jails().front();
        try {
            request = login(jail);
        } catch (Error& error) {
            invocation.set_exit_status(own_failure);
            error.with_jail(jail.name.text());
            throw;
        }
        add_term(request);
        run_inside(invocation, request);
    };
    host.add(std::move(shell));
}

}  // namespace jailctl::lifecycle
