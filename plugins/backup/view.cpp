#include "view.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/recovery.hpp"
#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/services/jail_runtime.hpp"
#include "jailctl/sdk/services/storage.hpp"

namespace jailctl::backup {
namespace {

/// Nothing takes a snapshot that long; a jail may stand still no longer, whatever hangs.
constexpr std::chrono::seconds longest_freeze{30};

/// A jail that was frozen before stays so: no freeze of ours, and none of ours to end.
class StandStill {
public:
    StandStill(Invocation& invocation, const Jail& jail) {
        auto& runtime = invocation.services().get<JailRuntime>();
        const auto running = runtime.find(invocation.configuration(), jail.name);
        if (running && !running->frozen) freeze_ = runtime.hold_still(invocation, jail, longest_freeze);
        began_ = std::chrono::steady_clock::now();
    }
    /// @return how long it was @throws Error timeout: the jail ran again too early
    std::chrono::microseconds end() {
        if (freeze_ && !freeze_->end()) throw Error(Errc::timeout, "the jail ran again before its snapshot was taken");
        return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began_);
    }

private:
    std::unique_ptr<Freeze> freeze_;
    std::chrono::steady_clock::time_point began_;
};

}  // namespace

View::View(Invocation& invocation, const Jail& jail, int id)
    : root_(jail.root), grade_(id == 0 ? Grade::cold : Grade::live) {
    const std::string& warm = jail.settings["BACKUP_WARM"].text;
    if (id == 0 || warm == "live") return;
    const auto reason = storage_of(invocation, jail).no_snapshot_because(jail.root);
    if (reason.empty())
        take_snapshot(invocation, jail);
    else if (warm == "snapshot")
        throw Error(Errc::unsupported, "BACKUP_WARM=snapshot, and none of " + jail.root.string() + " can be taken: " + reason)
            .with_hint("set BACKUP_WARM=auto, or move the jail: backup, delete, and restore with STORAGE=btrfs on btrfs");
}

void View::take_snapshot(Invocation& invocation, const Jail& jail) {
    Storage& storage = storage_of(invocation, jail);
    const std::string name = staging_name(jail, Staging::snapshot);
    operation_ = std::make_unique<Operation>(invocation, jail, "backup", JournalPlace::lasting);
    std::optional<StandStill> still;
    // What is dirty goes to disk before the jail stands still, not while it does.
    operation_->step("write what the jail has in memory to disk", [&] {
        const UniqueFd root{::openat(Rootfs::open(jail.root).fd(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
        if (!root || ::syncfs(root.get()) != 0) throw_errno("cannot sync " + jail.root.string());
    });
    operation_->step("freeze the jail", [&] { still.emplace(invocation, jail); });
    operation_->step("take the snapshot " + beside(jail, name).string(), litter("storage.remove", tree_arguments(jail, name)),
                     [&] { storage.snapshot(jail.root, name); });
    operation_->step("let the jail go on", [&] { frozen_ = still->end(); });
    grade_ = Grade::snapshot;
    if (!operation_->dry_run()) root_ = beside(jail, name);
}

void declare_warm_variable(Registrar& host) {
    host.declare({"BACKUP_WARM", "how a running jail is backed up: auto, snapshot or live", "auto", Scope::jail,
                  [](const std::string& value) {
                      if (value == "frozen")
                          throw Error(Errc::invalid, "this version does not support frozen; auto, snapshot and live are there");
                      if (value != "auto" && value != "snapshot" && value != "live")
                          throw Error(Errc::invalid, "'" + value + "' is not auto, snapshot or live");
                  }});
}

}  // namespace jailctl::backup
