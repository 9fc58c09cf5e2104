#include "readiness.hpp"

#include <chrono>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/text.hpp"
#include "live.hpp"
#include "settings.hpp"

namespace jailctl::lifecycle {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds first_pause{20}, longest_pause{500};

milliseconds until(Clock::time_point end) { return std::chrono::ceil<milliseconds>(end - Clock::now()); }

/// One attempt. What it prints is of no interest, and an attempt that hangs ends with the whole.
bool succeeds(Invocation& invocation, JailRuntime& runtime, const Jail& jail, const std::string& command, milliseconds time) {
    ExecRequest request;
    request.command = {"/bin/sh", "-c", command};
    request.on_output = [](std::string_view) {};
    request.timeout = time;
    try {
        return runtime.exec(invocation, jail, request).ok();
    } catch (const Error& error) {
        if (error.code() == Errc::timeout || error.code() == Errc::not_found) return false;  // the caller sees which it is
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

}  // namespace

void declare_readiness(Registrar& host) {
    host.declare({"READY_COMMAND", "a shell command that succeeds in the jail once it can be used: start returns then", "",
                  Scope::jail, {}});
    host.declare({"READY_TIMEOUT", "how long start waits for READY_COMMAND before it stops the jail again", "60s", Scope::jail,
                  [](const std::string& value) {
                      if (parse_seconds(value) < 1) throw Error(Errc::invalid, "a second is the least");
                  }});
}

void wait_until_ready(Invocation& invocation, JailRuntime& runtime, const Jail& jail) {
    const Rootfs root = Rootfs::open(jail.root);
    const std::string command = ready_command(root, jail.settings);
    if (command.empty()) return;
    const std::string name = jail.name.text();
    if (!root.exists("bin/sh") && !root.exists("usr/bin/sh"))  // /bin may be a link
        throw Error(Errc::not_found, "READY_COMMAND cannot be run: there is no /bin/sh in " + name);
    const std::chrono::seconds limit(parse_seconds(jail.settings["READY_TIMEOUT"].text));
    const auto end = Clock::now() + limit;
    for (milliseconds pause = first_pause;; pause = std::min(pause * 2, longest_pause)) {
        if (succeeds(invocation, runtime, jail, command, std::max(until(end), milliseconds(1)))) return;
        if (!runtime.find(invocation.configuration(), jail.name)) throw Error(Errc::failed, name + " ended before it was ready");
        if (until(end).count() <= 0)
            throw Error(Errc::timeout, name + " was not ready within " + human_seconds(static_cast<double>(limit.count())))
                .with_hint("its READY_COMMAND did not succeed; 'jailctl start --no-wait " + name + "' starts it without waiting");
        wait_or_end(std::min(pause, std::max(until(end), milliseconds(1))));
    }
}

}  // namespace jailctl::lifecycle
