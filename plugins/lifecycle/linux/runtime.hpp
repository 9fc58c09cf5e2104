#pragma once

#include "cgroup.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/registrar.hpp"
#include "jailctl/sdk/services/jail_runtime.hpp"
#include "record.hpp"

namespace jailctl::lifecycle {

/// JailRuntime on Linux: namespaces, cgroups, an idmapped root. Each method stands in the file of its name.
class LinuxRuntime final : public JailRuntime {
public:
    int start(Invocation& invocation, const Jail& jail, const StartRequest& request) override;
    void stop(Invocation& invocation, const Jail& jail, std::chrono::seconds grace) override;
    [[nodiscard]] std::optional<RunningJail> find(const Configuration& configuration,
                                                  const JailName& jail) const override;
    [[nodiscard]] std::vector<RunningJail> list(const Configuration& configuration) const override;
    [[nodiscard]] std::optional<RootUser> find_user(const Configuration& configuration, const JailName& jail,
                                                    const std::filesystem::path& root) const override;
    ExitStatus exec(Invocation& invocation, const Jail& jail, const ExecRequest& request) override;
    ExitStatus run_once(Invocation& invocation, const Jail& jail, const std::filesystem::path& root,
                        const ExecRequest& request) override;
    void freeze(Invocation& invocation, const Jail& jail) override;
    void thaw(Invocation& invocation, const Jail& jail) override;
    [[nodiscard]] std::unique_ptr<Freeze> hold_still(Invocation& invocation, const Jail& jail,
                                                     std::chrono::milliseconds limit) override;
};

/// The record of a jail that runs from where JAILS has it. @throws Error not_found: not running; busy: another jail of
/// this name runs from elsewhere; damaged: its record cannot be read
[[nodiscard]] Record require_running(const Configuration& configuration, const Jail& jail);

/// What to say of a jail whose record is RecordState::Kind::unclear.
[[nodiscard]] Error unclear(const Jail& jail, const RecordState& state);

/// Removes what a run that is over left: members of its cgroup, network, cgroup, record. Nothing there is success.
/// @return whether there was anything @throws Error busy: processes that cannot be killed
bool clear_leftovers(Invocation& invocation, const Jail& jail, const RecordState& state);

/// Kills what is in a jail's cgroup and waits until it is empty. @throws Error busy, naming the pids that stay
void kill_members(Cgroup& cgroup);

/// Registers "cgroup.remove", "runtime.kill" {cgroup} and "runtime.forget" {}.
void register_runtime_undoers(Registrar& host);

}  // namespace jailctl::lifecycle
