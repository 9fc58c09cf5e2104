#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

#include "jailctl/sdk/cgroup_mounts.hpp"
#include "jailctl/sdk/host.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/scoped.hpp"

namespace jailctl::lifecycle {

struct LimitFile;  // cgroup_limits.hpp

/// MEMORY, CPUS, PIDS and IO_WEIGHT of a jail; nothing: no limit.
struct ResourceLimits {
    std::optional<std::uint64_t> memory;      ///< bytes, swap included
    std::optional<std::int64_t> cpu_quota;    ///< microseconds of processor time in each 100 ms
    std::optional<std::int64_t> pids;
    std::optional<std::int64_t> io_weight;    ///< 1 to 10000, relative to the 100 of what has none
};
/// @throws Error invalid (the values were checked when the configuration was read)
[[nodiscard]] ResourceLimits resource_limits(const Settings& settings);

/// Whether a process is in <cgroup2>/jailctl/<name> or below, by /proc/PID/cgroup.
[[nodiscard]] bool is_member(pid_t pid, const std::string& name);

/// The control groups of one jail: <cgroup2>/jailctl/<name> and, for controllers that cgroup2 does not offer here, a
/// directory of the same name in the v1 hierarchy that does. All members of the jail are in all of them, so that a
/// limit can be changed while it runs.
class Cgroup {
public:
    /// `name`: name_for() of the jail. Touches nothing.
    explicit Cgroup(std::string name);
    /// The same jail name below another RUN_DIR is another jail.
    [[nodiscard]] static std::string name_for(const Configuration& configuration, const std::string& key);
    [[nodiscard]] static std::string name_for(const Configuration& configuration, const JailName& jail) {
        return name_for(configuration, jail.key());
    }
    /// Names of all jails' control groups, populated or not; none on a kernel without cgroup2.
    [[nodiscard]] static std::vector<std::string> all();
    /// The same, and those that are left in a v1 hierarchy alone.
    [[nodiscard]] static std::vector<std::string> all_hierarchies();

    /// Makes the directories, sets the limits and opens what joining needs. An empty leftover is used as it is.
    /// @throws Error busy: processes are in it; unsupported: a limit that cannot be set here; io
    void make(const ResourceLimits& limits);
    /// Divides the group, made but empty, for a jail whose init manages control groups itself: the first process is
    /// born in <name>/guest, which belongs to `owner` and is all the jail sees; what joins later (exec) goes to
    /// <name>/exec, for the kernel wants processes only in groups that hand no controllers down. Limits stay with
    /// <name>, out of its reach. @throws Error io
    void divide(std::uint32_t owner);
    /// For joining a running jail. @throws Error not_found
    void open();
    /// Sets or lifts limits of a running jail: those of `variables` (MEMORY, ...), to what `limits` has. All or none.
    /// @throws Error not_found; busy: the members use more memory than that; unsupported: a
    /// limit that cannot be set here
    void change(const ResourceLimits& limits, const std::vector<std::string>& variables);
    /// Throws what change() would, and changes nothing; what only writing tells it cannot know.
    void rehearse(const ResourceLimits& limits, const std::vector<std::string>& variables);
    [[nodiscard]] int directory() const noexcept { return directory_.get(); }
    /// Descriptor for CLONE_INTO_CGROUP.
    [[nodiscard]] int birthplace() const noexcept { return part_ ? part_.get() : directory_.get(); }
    /// `tasks` files of v1 hierarchies: the new process writes "0". Moving it by pid would
    /// wait for an RCU grace period.
    [[nodiscard]] const std::vector<UniqueFd>& tasks() const noexcept { return tasks_; }

    [[nodiscard]] bool exists();
    /// Absolute path of its cgroup2 directory; empty where cgroup2 is not mounted.
    [[nodiscard]] std::string path() const;
    [[nodiscard]] bool populated();
    [[nodiscard]] std::vector<pid_t> processes();
    /// New processes are refused from here on, where there is a pids controller.
    void forbid_forks() noexcept;
    /// SIGKILL to every member, atomically.
    void kill();
    /// @return false if members were left after `limit`
    bool wait_until_empty(std::chrono::milliseconds limit);
    /// Freezes or thaws, and waits until it is so. @throws Error timeout
    void set_frozen(bool frozen, std::chrono::milliseconds limit);
    [[nodiscard]] bool frozen();
    /// Removes the directories, and jailctl/ when it is empty. What is gone already is success. @throws Error busy
    void remove();

private:
    void make_unified(const ResourceLimits& limits);
    void make_v1(const ResourceLimits& limits);
    [[nodiscard]] UniqueFd open_joined(const LimitFile& limit) const;
    bool look_up();
    std::string read(const char* file);
    void write(const char* file, const std::string& text);
    bool event(std::string_view wanted, std::chrono::milliseconds limit);

    std::string name_;
    UniqueFd root_, directory_, part_;
    std::vector<UniqueFd> tasks_;
};

}  // namespace jailctl::lifecycle
