#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/registrar.hpp"
#include "jailctl/sdk/rootfs.hpp"

/// Names of the other jails of the host in a jail's /etc/hosts: a marked block, so that all
/// other lines are its owner's.
namespace jailctl::lifecycle {

/// Declares HOSTS.
void declare_hosts(Registrar& host);
/// Registers "hosts.temporary" {}: removes what a write_hosts() that was killed left in the jail.
void register_hosts_undo(Registrar& host);

/// The lines of the block in `jail`: name and addresses of every other jail of the configuration that has a network,
/// but for addresses of the loopback, which are those of the reader. Empty: HOSTS=no, no network, or no other jail.
[[nodiscard]] std::string names_of_others(const Configuration& configuration, const Jail& jail);
/// `text` with one block that holds `lines`, where the first one stood, else at its end; without lines without a block.
[[nodiscard]] std::string with_block(std::string_view text, std::string_view lines);

/// The first address that a line of `text` gives the name of `jail` though it is neither its own nor of the loopback:
/// what create wrote there, for one whose address was changed in JAILS. Nothing if all is well.
[[nodiscard]] std::optional<Address> stale_address(std::string_view text, const Jail& jail);

/// What /etc/hosts of a root is to be made.
struct HostsChange {
    std::string text;
    mode_t mode = 0644;
    uid_t uid = 0;
    gid_t gid = 0;
};
/// Nothing to change: it is so already, or there is no /etc. What is no regular file, or too large, is left alone, and
/// a warning says so: a name that is not found is no reason not to start. Never throws for what it finds.
[[nodiscard]] std::optional<HostsChange> look_at_hosts(Invocation& invocation, const Jail& jail, const Rootfs& root);
/// Writes it; what does not work is a warning.
void write_hosts(Invocation& invocation, const Jail& jail, const Rootfs& root, const HostsChange& change);

}  // namespace jailctl::lifecycle
