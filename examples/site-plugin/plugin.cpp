#include <filesystem>
#include <string>

#include "jailctl/sdk/sdk.hpp"

/// An example: a command of the site's own, a variable, a veto against starting jails while the site is
/// closed, and a check of `doctor`.
namespace site {

using namespace jailctl;

class SitePlugin final : public Plugin {
public:
    void attach(Registrar& host) override {
        host.declare({.name = "SITE_CLOSED",
                      .help = "yes: no jail may be started",
                      .default_text = "no",
                      .scope = Scope::jail,
                      .check = [](const std::string& value) { static_cast<void>(parse_yes_no(value)); }});
        host.on<BeforeStart>(veto_while_closed);
        host.on<Examination>(tell_what_is_closed);
        host.add(hello());
    }

private:
    static void veto_while_closed(const BeforeStart& event) {
        if (!parse_yes_no(event.jail.settings["SITE_CLOSED"].text)) return;
        throw Error(Errc::vetoed, "the site is closed for " + event.jail.name.text())
            .with_hint("set SITE_CLOSED=no in jails.conf");
    }

    static void tell_what_is_closed(const Examination& examination) {
        for (const Jail& jail : examination.invocation.configuration().jails) {
            const std::string& name = jail.name.text();
            if (parse_yes_no(jail.settings["SITE_CLOSED"].text))
                examination.diagnosis.add(
                    {"site-closed", name, "the site is closed for " + name, "set SITE_CLOSED=no in jails.conf"});
        }
    }

    /// Options are bound to members, so that everything of the command stands together.
    Command hello() {
        Command command;
        command.name = "hello";
        command.summary = "greet a jail";
        command.words = "JAIL|all... [--greeting TEXT]";
        command.targets = Targets::several;
        command.options.add_options()(
            "greeting", boost::program_options::value(&greeting_)->value_name("TEXT")->default_value("Hello"),
            "what to say (default: Hello)");
        command.run_jail = [this](Invocation& in, const Jail& jail) {
            in.console().line(greeting_ + ", " + jail.name.text() + "!");
            in.console().data("greeting", greeting_);
            return Outcome::done();
        };
        return command;
    }

    std::string greeting_;
};

}  // namespace site

JAILCTL_PLUGIN(site::SitePlugin, "site", "1.0.0", "an example of a site's own plugin", "");
