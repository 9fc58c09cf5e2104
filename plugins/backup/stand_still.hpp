#pragma once

#include <chrono>
#include <memory>

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/registrar.hpp"
#include "jailctl/sdk/services/jail_runtime.hpp"

namespace jailctl::backup {

/// A jail that stands still while this lives, and no longer than a limit. One that was frozen by hand stays so: no
/// freeze of ours, and none of ours to end.
class StandStill {
public:
    /// @throws Error timeout: it cannot be frozen
    StandStill(Invocation& invocation, const Jail& jail, std::chrono::milliseconds limit);
    /// Lets it go on. @return false: it ran already, so that what was done meanwhile was not done
    /// to a jail that stood still
    [[nodiscard]] bool end();
    /// How long it was, up to end().
    [[nodiscard]] std::chrono::microseconds lasted() const noexcept { return lasted_; }

private:
    [[nodiscard]] std::optional<RunningJail> find() const;
    Invocation& invocation_;
    const Jail& jail_;
    bool by_hand_ = false;
    std::unique_ptr<Freeze> freeze_;
    std::chrono::steady_clock::time_point began_;
    std::chrono::microseconds lasted_{};
};

/// BACKUP_FREEZE_LIMIT.
void declare_freeze_variable(Registrar& host);
[[nodiscard]] std::chrono::seconds freeze_limit(const Jail& jail);

}  // namespace jailctl::backup
