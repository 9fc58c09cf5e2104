#include "runme.hpp"

#include <csignal>
#include <cstring>

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/script_output.hpp"
#include "jailctl/sdk/service.hpp"
#include "jailctl/sdk/services/jail_runtime.hpp"
#include "jailctl/sdk/services/network.hpp"
#include "jailctl/sdk/text.hpp"
#include "line_printer.hpp"

namespace jailctl::provision {

namespace {

constexpr std::size_t script_cap = 1U << 20U;
constexpr const char* script_name = "runme.sh";

// As the original said it: jail ROOT NAME ADDRESS COMMAND.
std::string announcement(const Jail& jail) {
    const std::string address = jail.addresses.empty() ? "-" : jail.addresses.front().text();
    return "jail " + jail.root.string() + " " + jail.name.text() + " " + address + " /bin/sh /runme.sh";
}

/// What is known of how it ended. A signal is told as 128 and its number by the shell or init above who was killed; one
/// that ended init itself is how the kernel tells that the system inside was powered off or rebooted.
std::string ending_of(const ExitStatus& status) {
    if (status.signal == SIGINT) return "powered the new jail off before its end";
    if (status.signal == SIGHUP) return "rebooted the new jail before its end";
    const int signal = status.code - 128;
    if (status.signal != 0 || signal <= 0 || signal > SIGSYS) return status.text() + " in the new jail";
    return status.text() + " in the new jail, as one does that signal " + std::to_string(signal) + " (" +
           ::strsignal(signal) + ") killed";
}

ExitStatus run_inside(const Provisioning& event, LinePrinter& printer) {
    ExecRequest request;
    request.command = {"/bin/sh", "/runme.sh"};
    request.on_output = [&printer](std::string_view chunk) { printer.feed(chunk); };
    request.timeout = std::chrono::seconds(parse_seconds(event.jail.settings["PROVISION_TIMEOUT"].text));
    auto& runtime = event.invocation.services().get<JailRuntime>();
    return runtime.run_once(event.invocation, event.jail, event.staging, request);
}

void run_script(const Provisioning& event, const std::string& script) {
    auto& console = event.invocation.console();
    Rootfs::open(event.staging).replace(script_name, script, 0700);
    console.info(announcement(event.jail));
    ScriptOutput shown(event.invocation);
    LinePrinter printer([&shown](std::string_view line) { shown.line(line); });
    ExitStatus status;
    try {
        in_context("running runme.sh in the new jail", [&] { status = run_inside(event, printer); });
    } catch (const Error& error) {
        if (error.code() != Errc::timeout) throw;
        printer.finish();
        shown.failed();
        throw Error(Errc::timeout, "runme.sh did not end within PROVISION_TIMEOUT (" +
                                       event.jail.settings["PROVISION_TIMEOUT"].text +
                                       ") in the new jail, and was ended")
            .with_hint("make it quicker, or give it more time with PROVISION_TIMEOUT");
    }
    printer.finish();
    if (printer.dropped() > 0) {
        console.warn("runme.sh wrote more than is shown: " + human_bytes(printer.dropped()) + " were left out");
    }
    if (!status.ok()) {
        shown.failed();
        throw Error(Errc::failed, "runme.sh " + ending_of(status))
            .with_hint("correct runme.sh in the ADDONS directory and create the jail again");
    }
    Rootfs::open(event.staging).remove(script_name);
}

}  // namespace

std::optional<std::string> site_script(const Configuration& configuration) {
    const auto path = configuration.path("ADDONS") / script_name;
    const UniqueFd file = find_trusted(path, Trust::root);
    if (!file) return std::nullopt;
    return read_all(file.get(), script_cap, path.string());
}

void require_script_can_run(Invocation& invocation, const Jail& jail) {
    if (!site_script(invocation.configuration())) return;
    in_context("runme.sh could not be run in the new jail",
               [&] { (void)network_of(invocation, jail).check(invocation.configuration(), jail); });
}

void run_site_script(const Provisioning& event) {
    const auto script = site_script(event.invocation.configuration());
    if (!script) {
        const auto path = event.invocation.configuration().path("ADDONS") / script_name;
        const bool rehearsal = event.invocation.options().dry_run;
        event.invocation.console().info((rehearsal ? "would run nothing in the jail: no " : "No ") + path.string() +
                                        (rehearsal ? "" : ": nothing to run in the jail"));
        return;
    }
    event.operation.step("run runme.sh inside the jail", [&] { run_script(event, *script); });
}

}  // namespace jailctl::provision
