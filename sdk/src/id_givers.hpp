#pragma once

#include <filesystem>
#include <vector>

#include "jailctl/sdk/host.hpp"

/// The STATE_DIRs of this host that hold ids of jails: a file for each in the host's own lasting state,
/// /var/lib/jailctl/givers on Linux, that says nothing but its path. What is given stands in its ids.json, and nowhere
/// else. Changed, and read for an allotment, under the lock of all allotments.
namespace jailctl {

/// STATE_DIR in one spelling: neither "." nor a slash at the end.
[[nodiscard]] std::filesystem::path state_dir_of(const Configuration& configuration);
/// Whether that of this configuration is known. Takes no lock.
[[nodiscard]] bool is_known_giver(const Configuration& configuration);
/// @throws Error denied, io
void note_giver(const Configuration& configuration);
/// One that has given nothing. Where it cannot be, it stays known, which does no harm.
void forget_giver(const std::filesystem::path& state_dir);
/// The others, each once: one that is the same directory by another path is none. @throws Error damaged, denied, io
[[nodiscard]] std::vector<std::filesystem::path> other_givers(const Configuration& configuration);

}  // namespace jailctl
