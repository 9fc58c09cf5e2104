#include "view.hpp"

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/recovery.hpp"
#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/services/storage.hpp"
#include "stand_still.hpp"

namespace jailctl::backup {
namespace {

/// Nothing takes a snapshot that long; a jail may stand still no longer, whatever hangs.
constexpr std::chrono::seconds longest_freeze{30};

}  // namespace

Way warm_way(Invocation& invocation, const Jail& jail) {
    const std::string& warm = jail.settings["BACKUP_WARM"].text;
    if (warm == "live") return Way::live;
    if (warm == "frozen") return Way::two_passes;
    const auto reason = storage_of(invocation, jail).no_snapshot_because(jail.root);
    if (reason.empty()) return Way::snapshot;
    if (warm == "auto") return Way::two_passes;
    throw Error(Errc::unsupported,
                "BACKUP_WARM=snapshot, and none of " + jail.root.string() + " can be taken: " + reason)
        .with_hint("set BACKUP_WARM=auto, or move the jail: backup, delete, and restore on btrfs or ZFS");
}

View::View(Invocation& invocation, const Jail& jail, Way way) : root_(jail.root), way_(way) {
    if (way == Way::snapshot) take_snapshot(invocation, jail);
}

void View::take_snapshot(Invocation& invocation, const Jail& jail) {
    Storage& storage = storage_of(invocation, jail);
    const std::string name = staging_name(jail, Staging::snapshot);
    operation_ = std::make_unique<Operation>(invocation, jail, "backup", JournalPlace::lasting);
    std::optional<StandStill> still;
    // What is dirty goes to disk before the jail stands still, not while it does.
    operation_->step("write what the jail has in memory to disk", [&] {
        sync_file_system(Rootfs::open(jail.root).fd(), jail.root.string());
    });
    operation_->step("freeze the jail", [&] { still.emplace(invocation, jail, longest_freeze); });
    operation_->step("take the snapshot " + beside(jail, name).string(),
                     litter("storage.remove", tree_arguments(jail, name)), [&] { storage.snapshot(jail.root, name); });
    operation_->step("let the jail go on", [&] {
        if (!still->end()) throw Error(Errc::timeout, "the jail ran again before its snapshot was taken");
        frozen_ = still->lasted();
    });
    operation_->step("open the snapshot", [&] { root_ = storage.open_snapshot(jail.root, name); });
}

void declare_warm_variable(Registrar& host) {
    host.declare({"BACKUP_WARM", "how a running jail is backed up: auto, snapshot, frozen or live", "auto", Scope::jail,
                  [](const std::string& value) {
                      if (value != "auto" && value != "snapshot" && value != "frozen" && value != "live")
                          throw Error(Errc::invalid, "'" + value + "' is not auto, snapshot, frozen or live");
                  }});
}

}  // namespace jailctl::backup
