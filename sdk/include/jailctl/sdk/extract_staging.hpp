#pragma once

#include <string_view>

#include "jailctl/sdk/export.hpp"

/// What extract_from_tar() makes stands beside its place until it is whole, in a directory of its own. One that was killed
/// leaves that.
namespace jailctl {

/// How its name begins.
inline constexpr std::string_view extract_staging_prefix = ".jailctl-extract-";
/// Removes those of extractions that are no more from a directory, which may be anybody's. @throws Error io
JAILCTL_SDK_EXPORT void clear_extract_staging(int directory);

}  // namespace jailctl
