#pragma once

#include <cstdint>

#include "jailctl/sdk/scoped.hpp"

namespace jailctl {

/// A user namespace whose ids 0 to 65535 are the host's from `base` up, kept alive by the descriptor alone: the process
/// that it takes to make one has ended on return. @throws Error unsupported, io
UniqueFd make_user_namespace(std::uint32_t base);

}  // namespace jailctl
