#include "jailctl/sdk/plugin.hpp"

#include <boost/program_options.hpp>

#include "addons.hpp"
#include "base_archive.hpp"
#include "base_busybox.hpp"
#include "base_debootstrap.hpp"
#include "create.hpp"
#include "delete.hpp"
#include "examine.hpp"
#include "identity.hpp"
#include "jailctl/sdk/error.hpp"
#include "storages.hpp"
#include "undoers.hpp"

namespace jailctl::create {

namespace po = boost::program_options;

namespace {

void check_base(const std::string& value) {
    if (value.empty())
        throw Error(Errc::invalid, "expected busybox, archive:FILE or debootstrap:SUITE[,PACKAGE...][,MIRROR]");
}

void inspect_base(Inspection& inspection) {
    inspection.attempt([&] {
        const BaseChoice base = parse_base(inspection.invocation, inspection.value);
        base.installer->check(inspection.invocation, base.what);
    });
}

void check_storage(const std::string& value) {
    std::string expected = "auto";
    for (const auto& name : storage_names()) {
        if (value == name) return;
        expected += " or " + name;
    }
    if (value != "auto") throw Error(Errc::invalid, "expected " + expected);
}

void check_rc_conf(const std::string& value) { (void)split_assignments(value); }

void check_name_servers(const std::string& value) {
    for (const auto& word : split_words(value)) (void)Address::parse_bare(word);
}

class CreatePlugin final : public Plugin {
public:
    void attach(Registrar& host) override {
        declare_variables(host);
        register_undoers(host);
        provide_storages(host);
        host.provide<JailIdentity>("files", std::make_unique<FileIdentity>());
        host.provide<BaseInstaller>("busybox", std::make_unique<BusyboxBase>());
        host.provide<BaseInstaller>("archive", std::make_unique<ArchiveBase>());
        host.provide<BaseInstaller>("debootstrap", std::make_unique<DebootstrapBase>());
        register_examination(host);
        host.on<AddonsInspection>([](const AddonsInspection& addons) {
            Inspection& inspection = addons.inspection;
            inspection.attempt([&] { (void)Addons::open(inspection.invocation.configuration()); });
        });
        add_create(host);
        add_delete(host);
    }

private:
    static void declare_variables(Registrar& host) {
        host.declare(
            {"BASE",
             "what a new jail is made of: busybox, archive:FILE[#sha256=HEX], debootstrap:SUITE[,PACKAGE...][,MIRROR]",
             "busybox", Scope::jail, check_base, inspect_base});
        host.declare({"STORAGE", "how roots are kept: auto, dir, btrfs, zfs", "auto", Scope::jail, check_storage});
        host.declare({"RC_CONF", "name=\"value\" words for /etc/rc.conf of a new jail", "", Scope::jail,
                      check_rc_conf});
        host.declare({"NAMESERVER", "addresses of name servers for a new jail (empty: the host's)", "", Scope::jail,
                      check_name_servers});
    }

    void add_create(Registrar& host) {
        Command create;
        create.name = "create";
        create.summary = "make a new jail";
        create.words = "JAIL|all...";
        create.details =
            "Makes the base system (BASE) in a directory beside the jail's, removes what dellists name, copies "
            "ADDONS/etc, writes rc.conf, resolv.conf, hosts and hostname, sets the root password, runs "
            "ADDONS/runme.sh inside the jail, and publishes all of it by one rename. Whatever fails or interrupts "
            "it, no half jail is left. The jail is not started.";
        create.targets = Targets::several;
        create.effect = Effect::changes;
        create.options.add_options()(
            "root-password-file",
            po::value<std::string>()->value_name("FILE")->notifier(
                [this](const std::string& word) { create_args_.password_file = word; }),
            "first line of FILE, which nobody but root may read, is the root password (default: "
            "ask; without a terminal the account is locked)");
        create.run_jail = [this](Invocation& in, const Jail& jail) { return create_jail(in, jail, create_args_); };
        host.add(std::move(create));
    }

    void add_delete(Registrar& host) {
        Command remove;
        remove.name = "delete";
        remove.summary = "delete a stopped jail and everything in it";
        remove.words = "JAIL|all...";
        remove.details =
            "Asks first, on a terminal; without one it is refused unless --yes or --batch is given. A jail that runs, "
            "that PROTECT guards, or in which something is mounted is refused.";
        remove.targets = Targets::several;
        remove.order = JailOrder::reverse;
        remove.effect = Effect::changes;
        remove.options.add_options()("yes", po::bool_switch(&delete_args_.yes),
                                     "do not ask")("backup-first", po::bool_switch(&delete_args_.backup_first),
                                                   "back the jail up, and delete it only if that is complete");
        remove.run_jail = [this](Invocation& in, const Jail& jail) { return delete_jail(in, jail, delete_args_); };
        host.add(std::move(remove));
    }

    CreateArgs create_args_;
    DeleteArgs delete_args_;
};

}  // namespace

}  // namespace jailctl::create

JAILCTL_PLUGIN(jailctl::create::CreatePlugin, "create", "1.0.0", "create and delete jails: bases, storage",
               "jail-runtime/1");
