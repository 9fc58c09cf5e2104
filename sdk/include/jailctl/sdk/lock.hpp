#pragma once

#include <chrono>
#include <map>
#include <string>

#include "jailctl/sdk/export.hpp"
#include "jailctl/sdk/host.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/scoped.hpp"

namespace jailctl {

/// A flock on RUN_DIR/locks/<name>.lock whose file names its holder. Released with the object, or by the kernel.
class JAILCTL_SDK_EXPORT Lock {
public:
    /// The lock of one jail. @param wait  how long to wait for a holder; 0: not at all
    /// @throws Error busy "chii.domaine.com is busy: backup by pid 4121 since 14:02"; interrupted; io
    [[nodiscard]] static Lock of_jail(int run_dir, const JailName& jail, const std::string& command,
                                      std::chrono::seconds wait);
    /// The global lock, held only while ids, addresses and names are allotted; always taken after a jail's.
    [[nodiscard]] static Lock for_allotment(int run_dir);

private:
    explicit Lock(UniqueFd fd) : fd_(std::move(fd)) {}
    UniqueFd fd_;
};

/// Jails whose lock another process holds, or has taken at `since` or later, by key, with its holder: "backup by pid
/// 4121 since 14:02". Takes no lock and makes no file. @throws Error io, denied
[[nodiscard]] JAILCTL_SDK_EXPORT std::map<std::string, std::string, std::less<>> jails_in_work(
    const Configuration& configuration, std::chrono::nanoseconds since);
/// Keys of all jails that a command of this boot has worked on, listed in JAILS or not.
[[nodiscard]] JAILCTL_SDK_EXPORT std::vector<std::string> jails_worked_on(const Configuration& configuration);

}  // namespace jailctl
