#pragma once

#include "command_line/targets.hpp"
#include "console/stream_console.hpp"
#include "registry/bus.hpp"
#include "registry/services.hpp"
#include "run/host.hpp"
#include "run/ledger.hpp"

namespace jailctl::core {

/// The Invocation that commands see.
class HostInvocation final : public Invocation {
public:
    HostInvocation(Host& host, StreamConsole& console, const Resolved& words, Ledger& ledger)
        : host_(host), console_(console), words_(words), ledger_(&ledger), services_(host.registry),
          bus_(host.registry, [this](const Error& error) { report_hook(error); }) {}

    [[nodiscard]] Console& console() override { return console_; }
    [[nodiscard]] const Configuration& configuration() const override { return host_.configuration(); }
    [[nodiscard]] const GlobalOptions& options() const override { return host_.globals.options; }
    [[nodiscard]] HookBus& hooks() override { return bus_; }
    [[nodiscard]] ServiceDirectory& services() override { return services_; }
    [[nodiscard]] const UndoDirectory& undoers() const override { return host_.registry; }
    [[nodiscard]] const std::vector<Jail>& jails() const override { return words_.in_order(host_.configuration()); }
    [[nodiscard]] bool all() const override { return words_.all; }
    [[nodiscard]] const std::optional<std::string>& path() const override { return words_.path; }
    [[nodiscard]] const std::vector<std::string>& rest() const override { return words_.rest; }
    void omission(const std::string& sentence) override;
    void log(std::string_view line) override { host_.log.info(line); }
    void set_exit_status(int status) override { ledger_->exit_status = status; }

    /// From here on things are noted in `ledger`, by the console too.
    void write_to(Ledger& ledger) noexcept;

private:
    void report_hook(const Error& error);

    Host& host_;
    StreamConsole& console_;
    const Resolved& words_;
    Ledger* ledger_;
    Services services_;
    Bus bus_;
};

}  // namespace jailctl::core
