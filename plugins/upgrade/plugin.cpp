#include "jailctl/sdk/plugin.hpp"

#include <boost/program_options.hpp>

#include "health.hpp"
#include "jailctl/sdk/base_record.hpp"
#include "jailctl/sdk/error.hpp"
#include "upgrade.hpp"

namespace jailctl::upgrade {

namespace po = boost::program_options;

namespace {

void register_record_undo(Registrar& host) {
    // After the commit: from then on the next upgrade compares with the base that is installed now.
    host.undoer("upgrade.record", [](Invocation& in, const Jail& jail, const Value& arguments) {
        write_base_record(in.configuration(), jail.name, arguments["record"]);
    });
}

}  // namespace

class UpgradePlugin final : public Plugin {
public:
    void attach(Registrar& host) override {
        register_health_undo(host);
        register_record_undo(host);
        Command upgrade;
        upgrade.name = "upgrade";
        upgrade.summary = "install the base of a jail anew, keeping its /etc and its data";
        upgrade.words = "JAIL|all...";
        upgrade.details =
            "Copies the system beside itself, installs BASE over the copy, removes what the dellists name, starts the "
            "copy "
            "without network to see that it lives, and exchanges the two. Files of /etc that were changed here are "
            "kept; "
            "where the base has changed them too, its version is put beside as NAME.jailctl-new and named. "
            "A jail of BASE=debootstrap is "
            "refused: the package manager inside upgrades it. Below /var, "
            "/home, /root, /usr/local and /srv only what is missing is added. Whatever fails, the old system is in "
            "place.";
        upgrade.targets = Targets::several;
        upgrade.effect = Effect::changes;
        upgrade.options.add_options()("restart", po::bool_switch(&args_.restart),
                                      "stop a running jail first and start it again afterwards");
        upgrade.run_jail = [this](Invocation& in, const Jail& jail) { return upgrade_jail(in, jail, args_); };
        host.add(std::move(upgrade));
    }

private:
    UpgradeArgs args_;
};

}  // namespace jailctl::upgrade

JAILCTL_PLUGIN(jailctl::upgrade::UpgradePlugin, "upgrade", "1.0.0",
               "upgrade jails: copy, install, merge, prove, exchange", "jail-runtime/1 storage/1 base-installer/1");
