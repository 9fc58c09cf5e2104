#include <algorithm>

#include "jailctl/sdk/sdk.hpp"
#include "repository.hpp"
#include "restic_backend.hpp"

namespace jailctl::restic {
namespace {

void require_absolute(const std::string& value) {
    if (value.empty() || value.front() == '/') return;
    throw Error(Errc::invalid, "'" + value + "' is not an absolute path");
}

/// A path, or a place that restic knows by a scheme.
void require_location(const std::string& value) {
    for (const char* scheme : {"sftp:", "rest:", "s3:", "b2:", "azure:", "gs:", "swift:", "rclone:"})
        if (value.starts_with(scheme)) return;
    if (value.empty() || (value.front() == '/' && value.find("/../") == std::string::npos)) return;
    throw Error(Errc::invalid,
                "'" + value +
                    "' is neither an absolute path nor sftp:, rest:, s3:, b2:, azure:, gs:, swift: or rclone:");
}

bool used(const Configuration& configuration) {
    const auto by = [](const Settings& settings) { return settings["BACKUP_BACKEND"].text == "restic"; };
    return by(configuration.settings) || std::any_of(configuration.jails.begin(), configuration.jails.end(),
                                                     [&](const Jail& jail) { return by(jail.settings); });
}

/// Without a jail that uses restic nobody misses the file.
void tell_unusable_file(Inspection& inspection) {
    if (inspection.value.empty() || !used(inspection.invocation.configuration())) return;
    inspection.attempt([&] { (void)open_trusted(inspection.value, Trust::root); });
}

void tell_open_password(Inspection& inspection) {
    if (inspection.value.empty() || !used(inspection.invocation.configuration())) return;
    inspection.attempt([&] { require_private(inspection.value); });
}

class ResticPlugin final : public Plugin {
public:
    void attach(Registrar& host) override {
        host.declare({"RESTIC_REPOSITORY",
                      "repository of BACKUP_BACKEND=restic: a path, or sftp:, rest:, s3: and others", "", Scope::host,
                      require_location});
        host.declare({"RESTIC_PASSWORD_FILE", "file with the repository's password, root's, mode 600", "", Scope::host,
                      require_absolute, tell_open_password});
        host.declare({"RESTIC_ENVIRONMENT_FILE", "file of NAME=value lines for restic, such as the keys of S3", "",
                      Scope::host, require_absolute, tell_unusable_file});
        host.declare({"RESTIC_OPTIONS", "name=\"value\" words, restic's -o options", "", Scope::host,
                      [](const std::string& value) { (void)split_assignments(value); }});
        host.declare({"RESTIC_READ_BACK", "read a whole backup back after it was stored, yes or no", "yes", Scope::host,
                      [](const std::string& value) { (void)parse_yes_no(value); }});
        host.declare({"RESTIC_HOLES", "bytes of holes in the files of a jail that restic may read as zeros: 64G", "64G",
                      Scope::jail, [](const std::string& value) { (void)parse_bytes(value); }});
        host.provide<BackupBackend>("restic", std::make_unique<ResticBackend>());
    }
};

}  // namespace
}  // namespace jailctl::restic

JAILCTL_PLUGIN(jailctl::restic::ResticPlugin, "restic", "1.0.0", "keep backups in a restic repository", "");
