#include <algorithm>

#include "archive_backend.hpp"
#include "boot.hpp"
#include "commands.hpp"
#include "examine.hpp"
#include "excludes.hpp"
#include "freshness.hpp"
#include "jailctl/sdk/sdk.hpp"
#include "jailctl/sdk/services/jail_backup.hpp"
#include "last.hpp"
#include "quiesce.hpp"
#include "retention.hpp"
#include "stand_still.hpp"
#include "view.hpp"

namespace jailctl::backup {
namespace {

void one_of(const std::string& value, const std::vector<std::string>& accepted) {
    std::string list;
    for (const auto& word : accepted) {
        if (word == value) return;
        list += (list.empty() ? "" : " or ") + word;
    }
    throw Error(Errc::invalid, "'" + value + "' is not " + list);
}

BackupBackend& backend_named(Invocation& invocation, const std::string& name) {
    auto known = invocation.services().providers(BackupBackend::id);
    std::sort(known.begin(), known.end());
    if (!std::binary_search(known.begin(), known.end(), name))
        throw unknown_name("BACKUP_BACKEND", name, "backend", known);
    return invocation.services().get<BackupBackend>(name);
}

/// What a backend lacks altogether; what is wrong with a file is told of the variable that names it.
void inspect_backend(Inspection& inspection) {
    inspection.attempt([&] {
        BackupBackend& backend = backend_named(inspection.invocation, inspection.value);
        if (inspection.jail == nullptr) return;
        try {
            backend.check(inspection.invocation, *inspection.jail, "");
        } catch (const Error& error) {
            if (error.code() == Errc::config || error.code() == Errc::unsupported) throw;
        }
    });
}

void declare_variables(Registrar& host) {
    host.declare({"BACKUP_EXCLUDE", "literal --exclude PATTERN options, patterns relative to ./", "", Scope::jail,
                  [](const std::string& value) { (void)parse_excludes(value); }});
    host.declare({"BACKUP_BACKEND",
                  "where backups are kept: the name of a backend",
                  "archive",
                  Scope::jail,
                  {},
                  inspect_backend});
    host.declare({"BACKUP_FORMAT", "tar.gz, tar.zst or tar", "tar.gz", Scope::jail,
                  [](const std::string& value) { one_of(value, {"tar.gz", "tar.zst", "tar"}); }});
    host.declare({"BACKUP_LEVEL", "how much time goes into size: fast, default or best", "default", Scope::jail,
                  [](const std::string& value) { one_of(value, {"fast", "default", "best"}); }});
    host.declare({"BACKUP_KEEP", "which backups expire keeps: last, hourly, daily, weekly, monthly, yearly=NUMBER", "",
                  Scope::jail, [](const std::string& value) { (void)parse_keep(value); }});
    host.declare({"BACKUP_KEEP_DELETED",
                  "the same for backups of jails that are in JAILS no more (default: BACKUP_KEEP)", "", Scope::host,
                  [](const std::string& value) { (void)parse_keep(value); }});
    host.declare({"BACKUP_MAX_AGE", "how old the newest verified backup may be before doctor tells: 8d, 36h, or none",
                  "8d", Scope::jail, [](const std::string& value) { (void)parse_max_age(value); }});
    declare_warm_variable(host);
    declare_freeze_variable(host);
    declare_quiesce_variables(host);
}

/// What other commands get of backup: the configured place, warm or cold as the jail stands.
class ConfiguredBackup final : public JailBackup {
public:
    Outcome back_up(Invocation& invocation, const Jail& jail) override {
        return backup::back_up(invocation, jail, BackupWish{});
    }
    std::optional<BackupInfo> last(const Configuration& configuration, const JailName& jail,
                                   Which which) const override {
        return last_noted(configuration, jail.key(), which);
    }
};

class BackupPlugin final : public Plugin {
public:
    void attach(Registrar& host) override {
        declare_variables(host);
        host.provide<BackupBackend>("archive", std::make_unique<ArchiveBackend>());
        host.provide<JailBackup>("configured", std::make_unique<ConfiguredBackup>());
        register_boot_undo(host);
        register_examination(host);
        host.add(make_backup_command());
        host.add(make_restore_command());
        host.add(make_backups_command());
        host.add(make_verify_command());
        host.add(make_expire_command());
        host.add(make_protect_command());
        host.add(make_extract_command());
    }
};

}  // namespace

BackupBackend& backend_for(Invocation& invocation, const Settings& settings) {
    return backend_named(invocation, settings["BACKUP_BACKEND"].text);
}

}  // namespace jailctl::backup

JAILCTL_PLUGIN(jailctl::backup::BackupPlugin, "backup", "1.0.0", "back up and restore jails as tar archives",
               "jail-runtime/1 storage/1 jail-identity/1");
