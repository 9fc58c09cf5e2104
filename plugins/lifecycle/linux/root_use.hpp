#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <vector>

#include "jailctl/sdk/host.hpp"
#include "jailctl/sdk/jail.hpp"

/// Who runs from a root, whatever his configuration. Lock and record of a jail are files of one RUN_DIR, so another
/// configuration that names the same root does not know them; the control groups of all stand in one place, and each
/// says, in an extended attribute that goes with it, which directory its members have as root. Inside a jail it cannot
/// be changed (trusted.*), nor does a process that changes its root in there hide anything.
namespace jailctl::lifecycle {

struct RootUse {
    std::uint64_t device = 0, inode = 0;  ///< of the root
    std::string jail, configuration;      ///< whose it is: the name in the file
    std::string group;                    ///< its control group, below <cgroup2>/jailctl
    [[nodiscard]] bool is_of(std::uint64_t of_device, std::uint64_t of_inode) const noexcept {
        return device == of_device && inode == of_inode;
    }
};

/// Notes on the control group, which is open, that `jail` is about to run from `root`. @throws Error io
void note_root(int group, const Configuration& configuration, const Jail& jail, const struct stat& root);
/// What the control groups of this host say, those without members included. @throws Error io
[[nodiscard]] std::vector<RootUse> noted_roots();
/// The jail that runs from that directory, if it is another than the one that has the control group `own`.
[[nodiscard]] std::optional<RootUse> user_of_root(const std::vector<RootUse>& noted, const struct stat& root,
                                                  const std::string& own);
/// "jail a.test of /etc/other.conf", and how that one is stopped.
[[nodiscard]] std::string described(const RootUse& use);
[[nodiscard]] std::string how_to_stop(const RootUse& use);

}  // namespace jailctl::lifecycle
