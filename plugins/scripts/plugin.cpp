// The script hooks of jails.conf: one more subscriber to the events every plugin can have.
#include "examine.hpp"
#include "jailctl/sdk/sdk.hpp"
#include "moment.hpp"
#include "script.hpp"
#include "script_file.hpp"

namespace jailctl::scripts {

namespace {

/// The first script that fails ends the list and, by the event's rule, the command: its verdict is the answer.
void run_before(const Moment& moment, const std::vector<std::string>& scripts) {
    for (const auto& script : scripts) {
        try {
            run_script(moment, script);
        } catch (Error& error) {
            if (error.code() == Errc::interrupted) throw error.add_context(moment.variable);
            throw Error(Errc::vetoed, moment.variable + ": " + error.what()).with_hint(error.hint());
        }
    }
}

/// All run, whatever the others did; what failed is one Error, because it changes nothing that has been done.
void run_after(const Moment& moment, const std::vector<std::string>& scripts) {
    std::string failures, hint;
    for (const auto& script : scripts) {
        try {
            run_script(moment, script);
        } catch (Error& error) {
            if (error.code() == Errc::interrupted) throw error.add_context(moment.variable);
            failures += (failures.empty() ? "" : "; ") + std::string(error.what());
            if (hint.empty()) hint = error.hint();
        }
    }
    if (failures.empty()) return;
    Error failed(Errc::failed, moment.variable + ": " + failures);
    if (!hint.empty()) failed.with_hint(hint);
    throw failed;
}

template <class Event>
void handle(const Event& event) {
    static const std::string variable = variable_name(Event::event);  // fired twice for each jail of status
    const auto scripts = split_words(event.jail.settings[variable].text);
    if (scripts.empty()) return;
    Moment moment{event_name(Event::event), variable, &event, nullptr, false};
    if constexpr (std::is_base_of_v<JailOutcomeMoment, Event>) {
        moment.failure = event.failure;
        moment.after = true;
        run_after(moment, scripts);
    } else {
        run_before(moment, scripts);
    }
}

template <class Event>
void serve(Registrar& host) {
    Variable variable;
    variable.name = variable_name(Event::event);
    variable.help = "scripts run on the host at " + event_name(Event::event) +
                    ": absolute paths, $1 name, $2 id of the jail";
    variable.check = check_paths;
    variable.inspect = inspect_scripts;
    host.declare(std::move(variable));
    host.on<Event>([](const Event& event) { handle(event); });
}

template <class... Events>
void serve_all(Registrar& host) {
    (serve<Events>(host), ...);
}

class ScriptsPlugin final : public Plugin {
public:
    void attach(Registrar& host) override {
        serve_all<BeforeStatus, AfterStatus, BeforeStart, AfterStart, BeforeStop, AfterStop, BeforeCreate, AfterCreate,
                  BeforeDelete, AfterDelete, BeforeBackup, AfterBackup, BeforeRestore, AfterRestore, BeforeUpgrade,
                  AfterUpgrade>(host);
        // A script that goes on may be at odds with the start of its jail, whether it has other scripts or not.
        host.on<BeforeStart>([](const BeforeStart& event) { end_all_abandoned(event.invocation.configuration()); });
        register_examination(host);
    }
};

}  // namespace

}  // namespace jailctl::scripts

JAILCTL_PLUGIN(jailctl::scripts::ScriptsPlugin, "scripts", "1.0.0", "the BEFORE and AFTER script hooks of jails.conf",
               "");
