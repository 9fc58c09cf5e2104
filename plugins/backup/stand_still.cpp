#include "stand_still.hpp"

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::backup {

StandStill::StandStill(Invocation& invocation, const Jail& jail, std::chrono::milliseconds limit)
    : invocation_(invocation), jail_(jail) {
    const auto running = find();
    by_hand_ = running && running->frozen;
    if (running && !by_hand_) freeze_ = invocation.services().get<JailRuntime>().hold_still(invocation, jail, limit);
    began_ = std::chrono::steady_clock::now();
}

std::optional<RunningJail> StandStill::find() const {
    return invocation_.services().get<JailRuntime>().find(invocation_.configuration(), jail_.name);
}

bool StandStill::end() {
    const auto running = by_hand_ ? find() : std::nullopt;
    const bool stood_still = freeze_ ? freeze_->end() : !running || running->frozen;
    lasted_ = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began_);
    return stood_still;
}

void declare_freeze_variable(Registrar& host) {
    host.declare({"BACKUP_FREEZE_LIMIT", "how long a backup may make a running jail stand still", "30s", Scope::jail,
                  [](const std::string& value) {
                      if (parse_seconds(value) == 0) throw Error(Errc::invalid, "expected a second or more");
                  }});
}

std::chrono::seconds freeze_limit(const Jail& jail) {
    return std::chrono::seconds(parse_seconds(jail.settings["BACKUP_FREEZE_LIMIT"].text));
}

}  // namespace jailctl::backup
