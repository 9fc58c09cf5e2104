#pragma once

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/export.hpp"
#include "jailctl/sdk/jail.hpp"

namespace jailctl {

/// A jail whose own file of jails.d has a mistake has the settings of the host instead. They are marked, so that no
/// command takes them for those of the jail.
JAILCTL_SDK_EXPORT void mark_mistaken(Settings& settings, const Error& mistake);
[[nodiscard]] JAILCTL_SDK_EXPORT bool is_mistaken(const Jail& jail) noexcept;
/// Before work on another jail than those of Invocation::jails(), which the host has looked at.
/// @throws Error config: its own file has a mistake
JAILCTL_SDK_EXPORT void require_no_mistake(const Jail& jail);

}  // namespace jailctl
