#include "copy_backend.hpp"

namespace site {

class CopyPlugin final : public Plugin {
public:
    void attach(Registrar& host) override {
        host.declare({"COPY_DIR", "directory of BACKUP_BACKEND=copy", "/var/backups/jail-copies", Scope::host, {}});
        host.provide<BackupBackend>("copy", std::make_unique<CopyBackend>());
    }
};

}  // namespace site

JAILCTL_PLUGIN(site::CopyPlugin, "copy", "1.0.0", "keep backups as plain copies", "");
