#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/services/jail_runtime.hpp"
#include "platform.hpp"

namespace jailctl::lifecycle {

/// What one line of status says.
struct JailStatus {
    std::string name;
    std::vector<std::string> addresses;  ///< of a jail that runs those it has, else those of JAILS
    std::string root;
    std::optional<RunningJail> running;
    char mark = '?';      ///< * running, ~ frozen, blank stopped, ! not created, ? broken
    std::string problem;  ///< not empty with ?
    std::string occupant{};  ///< name of another jail that runs from this one's root; empty: none
    std::optional<std::vector<std::string>> next_addresses{};  ///< those of JAILS, if it runs with others
};

/// What runs and what lies about on this host: one look at each directory of state instead of
/// one for every jail of JAILS.
struct HostView {
    std::map<std::string, RunningJail, std::less<>> running;       ///< by key
    /// Name of the jail that runs from a root, by its path.
    std::map<std::string, std::string, std::less<>> occupants;
    std::map<std::string, std::string, std::less<>> interrupted;   ///< by key: interrupted_commands()
    RootStates roots;
};
[[nodiscard]] HostView look_around(const Configuration& configuration, const JailRuntime& runtime);

/// Never throws for what it finds; enters no namespace, takes no lock.
[[nodiscard]] JailStatus look_at(HostView& view, const Jail& jail);
/// Jails that run, or that an interrupted command left something of, though JAILS does not name them any more.
[[nodiscard]] std::vector<JailStatus> look_for_strangers(const Configuration& configuration, const HostView& view);

}  // namespace jailctl::lifecycle
