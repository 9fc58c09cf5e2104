#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "jailctl/sdk/services/jail_runtime.hpp"
#include "platform.hpp"

namespace jailctl::lifecycle {

/// What one line of status says.
struct JailStatus {
    std::string name, addresses, root;
    std::optional<RunningJail> running;
    char mark = '?';      ///< * running, ~ frozen, blank stopped, ! not created, ? broken
    std::string problem;  ///< not empty with ?
    std::string occupant{};  ///< name of another jail that runs from this one's root; empty: none
};

/// The jails that run, by key: one look at the directory of records instead of one for each jail of JAILS.
using RunningJails = std::map<std::string, RunningJail, std::less<>>;
[[nodiscard]] RunningJails running_jails(const Configuration& configuration, const JailRuntime& runtime);

/// Never throws for what it finds; enters no namespace, takes no lock.
[[nodiscard]] JailStatus look_at(const Configuration& configuration, const RunningJails& running, const Jail& jail);
/// Jails that run though JAILS does not name them any more.
[[nodiscard]] std::vector<JailStatus> look_for_strangers(const Configuration& configuration, const RunningJails& running);

}  // namespace jailctl::lifecycle
