#pragma once

#include <optional>
#include <string>

#include "jailctl/sdk/host.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/value.hpp"

namespace jailctl::backup {

/// The jail that a backup which was unpacked is of: its end marker tells; of one without, the file's name,
/// if it is of our form or that of a jail of JAILS. Nothing if neither does. What an archive says of itself
/// is information, no proof.
[[nodiscard]] std::optional<JailName> jail_within(const Configuration& configuration, const std::string& id,
                                                  const Value& unpacked);

/// What is to be replaced when the backup gets another identity: that of the jail it is of, or, where
/// nobody knows, of `named`.
[[nodiscard]] Jail identity_within(const Configuration& configuration, const std::optional<JailName>& within,
                                   const Jail& named);

}  // namespace jailctl::backup
