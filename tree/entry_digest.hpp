#pragma once

#include <string>
#include <string_view>

#include "walk.hpp"

namespace jailctl::tree {

constexpr std::string_view directory_digest = "directory";

/// What tells one configuration file from another: SHA-256 in hexadecimal of a regular file, "sparse " and that of its
/// data and their places if it has holes, "-> TARGET" of a link, "directory" of one, "" of anything else and of what
/// cannot be read. @throws Error io
[[nodiscard]] std::string digest_of_entry(const Entry& entry);
/// The same for an entry by name; "" if there is none.
[[nodiscard]] std::string digest_at(int directory, const std::string& name);

/// What changes when a file of the system is changed, for much less work than a digest: size and time of the last
/// change of a regular file, "-> TARGET" of a link, "" of anything else.
[[nodiscard]] std::string stamp_of_entry(const Entry& entry);
/// The same for an entry by name; "" if there is none.
[[nodiscard]] std::string stamp_at(int directory, const std::string& name);

}  // namespace jailctl::tree
