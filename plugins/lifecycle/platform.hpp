#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jailctl/sdk/host.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/registrar.hpp"
#include "jailctl/sdk/scoped.hpp"

/// What each platform folder offers to the rest of lifecycle.
namespace jailctl::lifecycle {

/// Provides JailRuntime and the Network services, declares NETWORK and registers undoers.
void register_platform(Registrar& host);

/// Whether `text` names a signal of this system. @throws Error invalid
void check_signal(const std::string& text);

/// Whether the jail can have CAPABILITIES with what else is set for it.
void inspect_capabilities(Inspection& inspection);

/// Whether `text` is a value of RATE. @throws Error invalid
void check_rate(std::string_view text);

/// What `status --wide` shows of a running jail beyond its record; -1: not known here.
struct JailUsage {
    std::int64_t tasks = -1;         ///< processes and threads
    std::int64_t memory = -1;        ///< bytes
    double cpu_seconds = -1;
    std::int64_t io_bytes = -1;      ///< read from and written to block devices
};
/// What every command that works inside a running jail begins with. @throws Error not_found: not running, or not known;
/// busy: what runs is a copy that upgrade proves
void require_up(const Configuration& configuration, const Jail& jail);

/// Cheap: a few small files. Never throws.
[[nodiscard]] JailUsage usage_of(const Configuration& configuration, const JailName& jail) noexcept;

/// Whether a jail that runs has that directory, which is open, as its root: its path may be another's by now.
[[nodiscard]] bool runs_from_directory(const Configuration& configuration, const JailName& jail, int directory);

/// What is there of a run that is over: a record, a control group.
enum class Remains {
    none,
    of_its_end,   ///< the jail ended by itself
    of_a_stop,    ///< one began, and was itself ended before it had done all
};
[[nodiscard]] Remains remains_of_a_run(const Configuration& configuration, const JailName& jail);

/// What is wrong with the network of a running jail, a sentence each; empty for one that does not run. Never throws.
[[nodiscard]] std::vector<std::string> network_problems_of(const Configuration& configuration,
                                                           const JailName& jail) noexcept;

/// What the first process of a jail has said, on stdout and stderr: in the run that lasts, else in the last one.
class ConsoleReader {
public:
    /// @return nothing: the jail has said nothing that was kept @throws Error io, denied
    [[nodiscard]] static std::optional<ConsoleReader> open(const Configuration& configuration, const JailName& jail);
    /// What is new since the last call; at the first one all there is. Looking makes room: what is older than the last
    /// half of what can be kept may go. Still works once the jail has stopped. @throws Error io
    [[nodiscard]] std::string more();

private:
    UniqueFd file_;
    std::uint64_t at_ = 0;
    bool live_ = false;
};
/// Removes what was kept of the last run. @throws Error io
void forget_console(const Configuration& configuration, const JailName& jail);

/// What became of waiting for an init to say that it is up.
enum class Heard { ready, ended, nothing };
struct Answer {
    Heard heard;
    /// Of an init that is ready: the exit status of its /etc/rc, or 128 and the signal; 0: it is none that tells.
    int rc_status = 0;
};
/// @param channel  of StartRequest::readiness  @param id  of the jail  @param tick  called every so often
/// @throws Error interrupted
[[nodiscard]] Answer wait_for_readiness(int channel, int id, std::chrono::milliseconds time,
                                       const std::function<void()>& tick);

/// Whether those limits make sense beside what else `jail` has, running or not. @throws Error config: as a start would
void require_limits(const Jail& jail, const std::vector<std::string>& variables);
/// Throws what change_limits() would, and changes nothing; what the kernel says only when it is written it cannot know.
void rehearse_limits(Invocation& invocation, const Jail& jail, const std::vector<std::string>& variables);
/// Sets or lifts, in the running jail, the limits named by `variables` to what the settings of
/// `jail` have: all or none.
/// @throws Error not_found: not running; busy: it uses more memory than that; unsupported
void change_limits(Invocation& invocation, const Jail& jail, const std::vector<std::string>& variables);

}  // namespace jailctl::lifecycle
