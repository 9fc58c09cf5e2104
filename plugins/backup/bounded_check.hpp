#pragma once

#include <functional>

#include "jailctl/sdk/value.hpp"

namespace jailctl::backup {

/// The check of an archive of which nobody knows yet whether this host made it: the size of a file says nothing of
/// that, and the digest takes a reading of its own. What only an archive of ours may cost, zeros counted for hours, is
/// asked for when a stranger's bound was reached, and it is ours.
/// @param check  of an archive of ours, or of a stranger's: throws Error unsupported where that
/// has holes beyond the bound
[[nodiscard]] Value checked_as_far_as_known(const std::function<Value(bool ours)>& check,
                                            const std::function<bool()>& is_ours);

}  // namespace jailctl::backup
