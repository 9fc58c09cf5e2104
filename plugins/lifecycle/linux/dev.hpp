#pragma once

#include <cstdint>

#include "jailctl/sdk/scoped.hpp"

namespace jailctl::lifecycle {

/// The jail's /dev as a detached tmpfs: null, zero, full, random, urandom, tty, owned by the jail's root. Made on the
/// host's side: inside a user namespace no device node can be made. @throws Error io
[[nodiscard]] UniqueFd make_dev(std::uint32_t id_base);

/// Inside the jail, once that tmpfs is its /dev: the links, and the directories pts and shm. @throws Error io
void furnish_dev(int dev);

}  // namespace jailctl::lifecycle
