#pragma once

#include "jailctl/sdk/examination.hpp"
#include "jailctl/sdk/registrar.hpp"

namespace jailctl::lifecycle {

/// The one finding that counts of a jail with a mistake in its own file (Jail::mistake).
extern const char* const mistake_code;

/// What of lifecycle is no matter of one kernel: interrupted commands, jails that status shows as broken.
void examine_jails(const Examination& examination);

/// Every jail that commands of this boot know, and those of JAILS: a jail that is not in JAILS any more has the
/// settings of the host and no addresses.
[[nodiscard]] std::vector<Jail> known_jails(const Configuration& configuration);

}  // namespace jailctl::lifecycle
