#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "jailctl/sdk/export.hpp"
#include "jailctl/sdk/host.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/scoped.hpp"

namespace jailctl {

/// How many ids a jail has: 0 and up inside, and as many on the host that are nobody else's.
inline constexpr std::uint32_t ids_per_jail = 65536;
/// First host id of those that `jail` owns (Linux user namespaces); allotted under the global lock on first use and
/// kept until release_ids. From 1879048192 up, skipping /etc/subuid and /etc/subgid and what other configurations of
/// this host gave to their jails (ADR 16). @throws Error damaged: STATE_DIR/ids.json, or what another configuration
/// gave, cannot be read, or is of a newer version; failed: no range is left; denied, io, no_space
[[nodiscard]] JAILCTL_SDK_EXPORT std::uint32_t id_range(const Configuration& configuration, const JailName& jail);
/// The same without allotting: nothing if the jail has none. @throws Error damaged, denied, io
[[nodiscard]] JAILCTL_SDK_EXPORT std::optional<std::uint32_t> known_id_range(const Configuration& configuration,
                                                                             const JailName& jail);
/// Keys of all jails of this configuration that have ids: created, or being created, and not deleted yet, whether JAILS
/// lists them or not. Takes no lock. @throws Error damaged, denied, io
[[nodiscard]] JAILCTL_SDK_EXPORT std::vector<std::string> jails_with_ids(const Configuration& configuration);
/// Gives the range of a jail back, for the next one to get; none is success. Whoever calls it knows that nothing on
/// disk and no process is of these ids any more. @throws Error damaged, denied, io, no_space
JAILCTL_SDK_EXPORT void release_ids(const Configuration& configuration, const JailName& jail);

/// Gives a user namespace its map (Linux): ids 0 and up, ids_per_jail of them, are the host's from `base` up, and the
/// host's 0 is never among them. @param process  descriptor of the /proc directory of a process in it; its map is not
/// written yet @throws Error internal: `base` is 0; io, denied
JAILCTL_SDK_EXPORT void write_id_maps(int process, std::uint32_t base);
/// A user namespace whose ids_per_jail ids are the host's from `base` up (Linux), kept alive by the descriptor alone:
/// the process that it takes to make one has ended on return. @throws Error unsupported, io
[[nodiscard]] JAILCTL_SDK_EXPORT UniqueFd make_user_namespace(std::uint32_t base);

}  // namespace jailctl
