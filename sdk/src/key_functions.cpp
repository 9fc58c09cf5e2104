// Key functions: the one home of vtable and typeinfo of every type that host and plugins share.
#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/console.hpp"
#include "jailctl/sdk/hooks.hpp"
#include "jailctl/sdk/plugin.hpp"
#include "jailctl/sdk/registrar.hpp"
#include "jailctl/sdk/service.hpp"
#include "jailctl/sdk/services/backup_backend.hpp"
#include "jailctl/sdk/services/base_installer.hpp"
#include "jailctl/sdk/services/jail_backup.hpp"
#include "jailctl/sdk/services/jail_identity.hpp"
#include "jailctl/sdk/services/jail_runtime.hpp"
#include "jailctl/sdk/services/network.hpp"
#include "jailctl/sdk/services/storage.hpp"

namespace jailctl {

Progress::~Progress() = default;
Console::~Console() = default;
Invocation::~Invocation() = default;
HookBus::~HookBus() = default;
Plugin::~Plugin() = default;
UndoDirectory::~UndoDirectory() = default;
Registrar::~Registrar() = default;
Service::~Service() = default;
ServiceDirectory::~ServiceDirectory() = default;
BackupSource::~BackupSource() = default;
BackupBackend::~BackupBackend() = default;
BaseTarget::~BaseTarget() = default;
BaseInstaller::~BaseInstaller() = default;
JailBackup::~JailBackup() = default;
JailIdentity::~JailIdentity() = default;
JailRuntime::~JailRuntime() = default;
Freeze::~Freeze() = default;
Network::~Network() = default;
Storage::~Storage() = default;

Leases::~Leases() {
    while (!leases_.empty()) leases_.pop_back();  // newest first
}

}  // namespace jailctl
