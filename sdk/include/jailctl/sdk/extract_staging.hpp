#pragma once

#include <string_view>

#include "jailctl/sdk/export.hpp"

/// What extract_from_tar() makes, and `cp` out of a jail, stands beside its place until it is whole, in a directory of
/// its own. One that was killed leaves that.
namespace jailctl {

/// How its name begins.
inline constexpr std::string_view extract_staging_prefix = ".jailctl-extract-";
/// The one thing in it. Others may move directories of root's about in one that is theirs, but put nothing into them:
/// so it shows whose that is. Whoever makes it holds a flock on it: what nobody holds was left.
inline constexpr const char* extract_staging_content = "extracted";
/// Removes those of extractions that are no more from a directory, which may be anybody's. @throws Error io
JAILCTL_SDK_EXPORT void clear_extract_staging(int directory);

}  // namespace jailctl
