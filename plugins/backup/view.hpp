#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/operation.hpp"
#include "jailctl/sdk/registrar.hpp"
#include "jailctl/sdk/services/backup_backend.hpp"

namespace jailctl::backup {

/// How a jail is read.
enum class Way {
    cold,        ///< it is stopped
    snapshot,
    two_passes,  ///< grade frozen, if the backend takes a tar (JailSource)
    live,
};
/// The best that BACKUP_WARM allows and the storage can, of a jail that runs.
/// @throws Error unsupported: BACKUP_WARM=snapshot, and none can be taken
[[nodiscard]] Way warm_way(Invocation& invocation, const Jail& jail);

/// What a backup reads: the root itself, or a snapshot of it that was taken while the jail stood still. A snapshot is
/// removed when this goes; kill -9 leaves it to the next command.
class View {
public:
    View(Invocation& invocation, const Jail& jail, Way way);
    [[nodiscard]] const std::filesystem::path& root() const noexcept { return root_; }
    [[nodiscard]] Way way() const noexcept { return way_; }
    /// How long the jail stood still for it.
    [[nodiscard]] std::optional<std::chrono::microseconds> frozen() const noexcept { return frozen_; }

private:
    void take_snapshot(Invocation& invocation, const Jail& jail);
    std::filesystem::path root_;
    Way way_;
    std::optional<std::chrono::microseconds> frozen_;
    std::unique_ptr<Operation> operation_;
};

/// BACKUP_WARM.
void declare_warm_variable(Registrar& host);

}  // namespace jailctl::backup
