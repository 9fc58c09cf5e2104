#pragma once

#include <vector>

#include "jailctl/sdk/examination.hpp"
#include "jailctl/sdk/registrar.hpp"
#include "record.hpp"

/// What `doctor` looks at on Linux. Nothing here changes anything, but in remedies.
namespace jailctl::lifecycle {

/// A jail and how its record stands.
struct KnownRun {
    Jail jail;
    RecordState state;
    bool told = false;  ///< a command for it was interrupted: what its journal undoes is told with that
};
/// Of every jail that commands of this boot worked on, that is in JAILS or has a record.
[[nodiscard]] std::vector<KnownRun> known_runs(const Configuration& configuration);

/// What this kernel and its file systems lack: namespaces, cgroup controllers for the limits that are set, id maps.
void examine_host(const Examination& examination);
/// Roots from which jails of other configurations run.
void look_for_shared_roots(Diagnosis& diagnosis, const Configuration& configuration, const std::vector<KnownRun>& runs);
/// Records, control groups and consoles that no running jail has.
void examine_runs(const Examination& examination, const std::vector<KnownRun>& runs);

void register_examination(Registrar& host);

}  // namespace jailctl::lifecycle
