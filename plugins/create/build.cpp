#include "build.hpp"

#include "account.hpp"
#include "addons.hpp"
#include "configure.hpp"
#include "jailctl/sdk/base_record.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/staged_target.hpp"
#include "password.hpp"
#include "storage_dir.hpp"

namespace jailctl::create {

namespace {

constexpr std::int64_t seconds_a_day = 86'400;

/// @return false if there is no account to lock, which is said
bool write_password(Build& build, const std::string& field, const char* state) {
    const Rootfs root = Rootfs::open(build.staging);
    if (!set_root_password(root, field, unix_now() / seconds_a_day)) {
        if (field != locked_field) {
            throw Error(Errc::unsupported, "the base has no etc/passwd, so no account to give a password to");
        }
        build.in.console().info("The base has no etc/passwd: there is no root account to lock");
        return false;
    }
    build.password_state = state;
    return true;
}

void lock_root(Build& build) {
    if (!write_password(build, std::string(locked_field), "locked")) return;
    build.in.console().info(
        "No root password was given: the account is locked (once it runs, set one with 'jailctl exec " +
        build.jail.name.text() + " -- passwd')");
}

}  // namespace

void install_base(Build& build, const BaseChoice& base) {
    build.operation.step("install the base " + base.text, [&] {
        build.in.console().info(">>> Making hierarchy");
        build.in.console().info(">>> Installing everything");
        StagedTarget target(build.in, build.jail, build.staging);
        base.installer->install(build.in, base.what, target);
        Rootfs::open(build.staging).open_to_jail_users();
    });
    build.operation.step("record the base", Undo{"base.forget", Value::object()}, [&] {
        StagedTarget target(build.in, build.jail, build.staging);
        const Value facts = target.run("digests", Value::object().set("below", "etc").set("stamps", true));
        write_base_record(build.in.configuration(), build.jail.name,
                          new_base_record(base.text, facts["digests"], facts["stamps"]));
    });
}

void copy_addons(Build& build) {
    const Addons addons = Addons::open(build.in.configuration());
    if (!addons.present()) return;
    const auto from = build.in.configuration().path("ADDONS") / "etc";
    build.operation.step("copy " + from.string() + " into etc", [&] {
        StagedTarget target(build.in, build.jail, build.staging);
        (void)target.run("copy", Value::object().set("as_root", true).set("into", "etc"), {{"source", addons.etc()}});
    });
}

void configure(Build& build) {
    build.operation.step("write rc.conf, resolv.conf, hosts and hostname", [&] {
        write_configuration(build.in, build.jail, Rootfs::open(build.staging));
    });
}

void set_password(Build& build, const std::string& given) {
    build.operation.step("set the root password", [&] {
        build.in.console().info("Setting root password in jail");
        std::string password = given.empty() ? ask_password(build.in) : given;
        if (password.empty()) return lock_root(build);
        const std::string field = hash_password(password);
        wipe(password);
        (void)write_password(build, field, "set");
    });
}

}  // namespace jailctl::create
