#include "occupancy.hpp"

#include "jailctl/sdk/error.hpp"

namespace jailctl::backup {

Occupancy::Occupancy(Invocation& invocation, const Jail& jail) {
    look(invocation, jail);
    if (!running_ && !stranger_) hold(invocation, jail);
}

void Occupancy::look(Invocation& invocation, const Jail& jail) {
    const auto& runtime = invocation.services().get<JailRuntime>();
    running_ = runtime.find(invocation.configuration(), jail.name);
    stranger_ = runtime.find_user(invocation.configuration(), jail.name, jail.root);
    if (stranger_ || !running_ || running_->id != 0) return;
    stranger_ = RootUser{"it is not known how jail " + jail.name.text() + " stands: " + running_->problem,
                         "'jailctl stop " + jail.name.text() + "' ends what is left of it"};
}

/// Looked at again once it is held: a start holds it, too, until its jail runs. Who could not be
/// waited for may run by now.
void Occupancy::hold(Invocation& invocation, const Jail& jail) {
    root_.emplace(Rootfs::open(jail.root));
    try {
        held_ = std::make_unique<HeldRoot>(root_->fd(), jail.root, invocation.options().wait);
    } catch (const Error& error) {
        if (error.code() != Errc::busy) throw;
        look(invocation, jail);
        if (!stranger_) throw;
    }
    look(invocation, jail);
    if (stranger_) held_.reset();
}

void Occupancy::require_cold(const Jail& jail) const {
    const std::string& name = jail.name.text();
    if (stranger_)
        throw Error(Errc::busy, "--cold was asked for, and " + stranger_->sentence).with_hint(stranger_->hint);
    if (running_)
        throw Error(Errc::busy, "jail " + name + " is running, and --cold was asked for")
            .with_hint("stop it first: jailctl stop " + name);
}

std::string without_standing_still(const Jail& jail, const RootUser& stranger) {
    const std::string& warm = jail.settings["BACKUP_WARM"].text;
    if (warm == "snapshot" || warm == "frozen")
        throw Error(Errc::unsupported, "BACKUP_WARM=" + warm + ", and " + stranger.sentence +
                                           ": it cannot be made to stand still from here")
            .with_hint("back it up by the configuration it runs by, or " + stranger.hint);
    const bool ready = jail.settings["BACKUP_QUIESCE"].text.empty();
    if (warm == "live" && ready) return {};
    return stranger.sentence + ": it was read as it ran, " + (ready ? "and not frozen" : "without BACKUP_QUIESCE");
}

}  // namespace jailctl::backup
