#pragma once

#include <filesystem>
#include <string>

#include "console.hpp"
#include "cgroup.hpp"
#include "jailctl/sdk/operation.hpp"
#include "jailctl/sdk/process.hpp"
#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/services/network.hpp"
#include "jailctl/sdk/tree_hold.hpp"
#include "notify.hpp"
#include "program.hpp"

namespace jailctl::lifecycle {

/// What start and run_once ask for.
struct LaunchRequest {
    std::filesystem::path root;
    bool network = true;
    std::vector<std::string> command;  ///< empty: the jail's init; else run by jail-init as the jail's only work
    std::vector<std::string> environment;  ///< added to the fixed one
    int output = -1;                   ///< becomes 1 and 2 of the first process
    bool dies_with_us = false;
    bool tells_readiness = false;      ///< if its init is one that does: Launched::readiness
    bool keep_console = false;         ///< instead of `output`: what it says is kept
    Speaker speaker = Speaker::jail;   ///< for whom
};

/// A jail whose first process runs its program. Killed with its owner unless released.
struct Launched {
    ChildProcess init;
    Cgroup cgroup;
    std::string network_provider;
    Value network;
    UniqueFd readiness;  ///< heard_ready(); empty: nothing will be told
};

/// Checks everything that can be checked before the first change: kernel, root, network. Part of launch(); apart, so
/// that a before-hook is not run for what cannot be done.
class Launch {
public:
    /// Holds the root (tree_hold.hpp) from then on: nobody renames it, nor launches in it, until the jail runs.
    /// @throws Error not_found, invalid (the root), unsupported, config; busy: the root is in use, or worked on
    Launch(Invocation& invocation, const Jail& jail, LaunchRequest request);
    /// Takes the steps of security.md 3 as steps of `operation`. With --dry-run nothing is launched.
    /// @throws Error: what was done is undone by `operation`
    Launched run(Operation& operation);
    [[nodiscard]] const Rootfs& root() const noexcept { return root_; }

private:
    void require_unused() const;
    [[nodiscard]] int unused_root() const;
    void make_groups(Cgroup& cgroup);
    void prepare_root();
    ChildProcess clone(const Cgroup& cgroup, const Pipe& go, int report);

    Invocation& invocation_;
    const Jail& jail_;
    LaunchRequest request_;
    Rootfs root_;
    HeldRoot held_;
    std::string provider_;
    Network& network_;
    ResourceLimits limits_;
    JailProgram program_;
    UniqueFd root_mount_, dev_, sys_, console_;
    NotifyChannel notify_;
};

}  // namespace jailctl::lifecycle
