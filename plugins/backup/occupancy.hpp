#pragma once

#include <memory>
#include <optional>

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/services/jail_runtime.hpp"
#include "jailctl/sdk/tree_hold.hpp"

namespace jailctl::backup {

/// Who runs in a root that is about to be read. One in which nobody does is held (tree_hold.hpp) as long as this lives,
/// so that no other configuration starts, exchanges or removes it meanwhile.
class Occupancy {
public:
    /// @throws Error busy: a command of another configuration works on the root
    Occupancy(Invocation& invocation, const Jail& jail);
    /// Nobody runs in it, and nobody will.
    [[nodiscard]] bool cold() const noexcept { return held_ != nullptr; }
    /// Of the jail as it runs by this configuration, 0 if it does not.
    [[nodiscard]] int id() const noexcept { return running_ ? running_->id : 0; }
    /// Somebody runs in it whom this configuration can neither make ready nor freeze.
    [[nodiscard]] const std::optional<RootUser>& stranger() const noexcept { return stranger_; }
    /// For --cold. @throws Error busy
    void require_cold(const Jail& jail) const;

private:
    void look(Invocation& invocation, const Jail& jail);
    void hold(Invocation& invocation, const Jail& jail);

    std::optional<RunningJail> running_;
    std::optional<RootUser> stranger_;
    std::optional<Rootfs> root_;
    std::unique_ptr<HeldRoot> held_;
};

/// What is left of BACKUP_WARM and BACKUP_QUIESCE where a stranger runs in the root: it is read as it runs.
/// @return the sentence that says so, empty if no more was asked for  @throws Error unsupported:
/// BACKUP_WARM insists on more
[[nodiscard]] std::string without_standing_still(const Jail& jail, const RootUser& stranger);

}  // namespace jailctl::backup
