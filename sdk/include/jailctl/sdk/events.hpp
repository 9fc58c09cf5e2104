#pragma once

#include <filesystem>
#include <string_view>

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/hooks.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/operation.hpp"

/// The moments in a jail's life that plugins can subscribe to (Registrar::on). A changed field is a new revision.
namespace jailctl {

/// What every event carries. `id` is the jid on FreeBSD, the pid of init on Linux, 0 if the jail does not run.
struct JailMoment {
    Invocation& invocation;
    const Jail& jail;
    int id = 0;
};
/// After-events also carry how it went: null for success.
struct JailOutcomeMoment : JailMoment {
    const Error* failure = nullptr;
};

#define JAILCTL_BEFORE_EVENT(Type, name)                                    \
    struct Type : JailMoment {                                              \
        static constexpr std::string_view event = name "/1";                \
        static constexpr OnFailure on_failure = OnFailure::abort_operation; \
    }
#define JAILCTL_AFTER_EVENT(Type, name)                            \
    struct Type : JailOutcomeMoment {                              \
        static constexpr std::string_view event = name "/1";       \
        static constexpr OnFailure on_failure = OnFailure::report; \
    }

JAILCTL_BEFORE_EVENT(BeforeStatus, "before-status");
JAILCTL_BEFORE_EVENT(BeforeCreate, "before-create");
JAILCTL_BEFORE_EVENT(BeforeStart, "before-start");
JAILCTL_BEFORE_EVENT(BeforeStop, "before-stop");
JAILCTL_BEFORE_EVENT(BeforeBackup, "before-backup");
JAILCTL_BEFORE_EVENT(BeforeRestore, "before-restore");
JAILCTL_BEFORE_EVENT(BeforeUpgrade, "before-upgrade");
JAILCTL_BEFORE_EVENT(BeforeDelete, "before-delete");
JAILCTL_AFTER_EVENT(AfterStatus, "after-status");
JAILCTL_AFTER_EVENT(AfterCreate, "after-create");
JAILCTL_AFTER_EVENT(AfterStart, "after-start");
JAILCTL_AFTER_EVENT(AfterStop, "after-stop");
JAILCTL_AFTER_EVENT(AfterBackup, "after-backup");
JAILCTL_AFTER_EVENT(AfterRestore, "after-restore");
JAILCTL_AFTER_EVENT(AfterUpgrade, "after-upgrade");
JAILCTL_AFTER_EVENT(AfterDelete, "after-delete");

/// Inside create and upgrade: a root that is being built and has no name yet. A restore fires none of these: what it
/// unpacks was pruned, configured and provisioned before it was backed up.
struct StagedRootMoment : JailMoment {
    Operation& operation;
    const std::filesystem::path& staging;  ///< absolute; reach into it only with Rootfs or the tree helper
};
/// The base system is in the staging directory (create, upgrade): prune subscribes.
struct BaseInstalled : StagedRootMoment {
    static constexpr std::string_view event = "base-installed/1";
    static constexpr OnFailure on_failure = OnFailure::abort_operation;
};
/// rc.conf, resolv.conf, hosts, hostname and the root password are written (create).
struct Configured : StagedRootMoment {
    static constexpr std::string_view event = "configured/1";
    static constexpr OnFailure on_failure = OnFailure::abort_operation;
};
/// The moment of runme.sh (create): provision subscribes; a site may add packages before it.
struct Provisioning : StagedRootMoment {
    static constexpr std::string_view event = "provisioning/1";
    static constexpr OnFailure on_failure = OnFailure::abort_operation;
};
/// The upgraded copy runs (upgrade): a handler that throws sends the old system back.
struct UpgradeHealth : StagedRootMoment {
    static constexpr std::string_view event = "upgrade-health/1";
    static constexpr OnFailure on_failure = OnFailure::abort_operation;
};
/// A running jail is about to be read by backup: a lease given here is dropped when reading ends.
struct BackupQuiesce : JailMoment {
    static constexpr std::string_view event = "backup-quiesce/1";
    static constexpr OnFailure on_failure = OnFailure::abort_operation;
};
/// A backup is published under its final name (or stored in its repository).
struct BackupPublished : JailMoment {
    static constexpr std::string_view event = "backup-published/1";
    static constexpr OnFailure on_failure = OnFailure::report;
    std::string_view location;
};
/// start is done and init runs.
struct JailReady : JailMoment {
    static constexpr std::string_view event = "jail-ready/1";
    static constexpr OnFailure on_failure = OnFailure::report;
};

#undef JAILCTL_BEFORE_EVENT
#undef JAILCTL_AFTER_EVENT

}  // namespace jailctl
