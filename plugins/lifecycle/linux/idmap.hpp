#pragma once

#include <cstdint>

#include "jailctl/sdk/scoped.hpp"

namespace jailctl::lifecycle {

/// Gives the user namespace of a new process its map: the ids_per_jail ids of a jail are `base` and up on the host,
/// whose id 0 is never part of it. @param process  descriptor of its /proc directory @throws Error io
void write_id_maps(int process, std::uint32_t base);

/// The user or network namespace ("user", "net") of a process, by descriptor. @throws Error io
[[nodiscard]] UniqueFd open_namespace(int process, const char* kind);

}  // namespace jailctl::lifecycle
