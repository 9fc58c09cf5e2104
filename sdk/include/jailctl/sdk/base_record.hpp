#pragma once

#include <optional>
#include <string>

#include "jailctl/sdk/export.hpp"
#include "jailctl/sdk/host.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/value.hpp"

/// What is known of the base a jail was made of, or upgraded with last: STATE_DIR/bases/<key>.json, {"format", "base",
/// "installed", "etc_digests", "stamps"}. By it an upgrade tells what the site changed and what nobody needs any more.
namespace jailctl {

/// The record of a base installed now.
/// @param base  BASE as it was written
/// @param etc_digests  SHA-256 of each file below etc as the base brought it, by path
/// @param stamps  size and time of each of its files, by path
[[nodiscard]] JAILCTL_SDK_EXPORT Value new_base_record(const std::string& base, Value etc_digests, Value stamps);

/// Nothing if there is none: the jail was made by hand, or restored of a foreign archive.
/// @throws Error damaged, denied, io
[[nodiscard]] JAILCTL_SDK_EXPORT std::optional<Value> read_base_record(const Configuration& configuration,
                                                                       const JailName& jail);
/// @throws Error io, no_space
JAILCTL_SDK_EXPORT void write_base_record(const Configuration& configuration, const JailName& jail,
                                          const Value& record);
/// None there is success. @throws Error io
JAILCTL_SDK_EXPORT void forget_base_record(const Configuration& configuration, const JailName& jail);

}  // namespace jailctl
