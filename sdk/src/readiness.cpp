#include <chrono>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/interrupt.hpp"
#include "jailctl/sdk/jail_health.hpp"
#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/services/jail_runtime.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds first_pause{20}, longest_pause{500};

milliseconds until(Clock::time_point end) {
    return std::max(std::chrono::ceil<milliseconds>(end - Clock::now()), milliseconds(1));
}

/// One attempt. What it prints is of no interest, and an attempt that hangs ends with the whole.
bool succeeds(Invocation& invocation, JailRuntime& runtime, const Jail& jail, const std::string& command,
              milliseconds time, Progress& shown) {
    ExecRequest request;
    request.on_wait = [&shown] { shown.update(0); };
    request.command = {"/bin/sh", "-c", command};
    request.on_output = [](std::string_view) {};
    request.timeout = time;
    try {
        return runtime.exec(invocation, jail, request).ok();
    } catch (const Error& error) {
        // The caller sees which it is.
        if (error.code() == Errc::timeout || error.code() == Errc::not_found) return false;
        throw;
    }
}

/// systemd tells by itself when it has started all it should; that some unit failed keeps nobody out.
constexpr const char* systemd_is_up =
    "case $(systemctl is-system-running --wait 2>/dev/null) in running|degraded) ;; *) exit 1 ;; esac";

std::string ready_command(const Rootfs& root, const Settings& settings) {
    const std::string& command = settings["READY_COMMAND"].text;
    if (!command.empty() || settings["CAPABILITIES"].text != "system") return command;
    return root.exists("usr/bin/systemctl") ? systemd_is_up : "";
}

std::string what_failed(const std::string& command) {
    return command == systemd_is_up ? "its systemd is still starting units ('systemctl is-system-running')"
                                    : "its READY_COMMAND did not succeed";
}

/// Where the jail runs from: of a copy that is only tried, not its place.
Rootfs root_of(JailRuntime& runtime, const Configuration& configuration, const Jail& jail) {
    const auto running = runtime.find(configuration, jail.name);
    return Rootfs::open(running && !running->root.empty() ? running->root : jail.root);
}

}  // namespace

bool wait_until_ready(Invocation& invocation, const Jail& jail, const std::string& who) {
    auto& runtime = invocation.services().get<JailRuntime>();
    const Rootfs root = root_of(runtime, invocation.configuration(), jail);
    const std::string command = ready_command(root, jail.settings);
    if (command.empty()) return false;
    if (!root.exists("bin/sh") && !root.exists("usr/bin/sh"))  // /bin may be a link
        throw Error(Errc::not_found, "READY_COMMAND cannot be run: there is no /bin/sh in " + who);
    const std::chrono::seconds limit(parse_seconds(jail.settings["READY_TIMEOUT"].text));
    const auto end = Clock::now() + limit;
    const auto shown = invocation.console().waiting("waiting for " + who + " to be ready");
    for (milliseconds pause = first_pause;; pause = std::min(pause * 2, longest_pause)) {
        if (succeeds(invocation, runtime, jail, command, until(end), *shown)) return true;
        if (!runtime.find(invocation.configuration(), jail.name))
            throw Error(Errc::failed, who + " ended before it was ready");
        if (Clock::now() >= end)
            throw Error(Errc::timeout, who + " was not ready within " +
                                           human_seconds(static_cast<double>(limit.count())) + ": " +
                                           what_failed(command));
        shown->update(0);
        Interrupt::pause(std::min(pause, until(end)));
    }
}

}  // namespace jailctl
