#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace jailctl::tree::test {

/// Fills an empty directory with everything that archivers lose: owners, modes, times, names,
/// links, devices, holes, attributes of all namespaces, ACLs, file flags.
/// @param for_jail  only what the root of a jail may own: ids below 65536, no devices, flags or trusted attributes
void build_awkward(const std::filesystem::path& root, bool for_jail = false);

/// Every entry below `root` with all that a backup keeps, as text to compare: kind, mode, owner, size, time, device,
/// target, attributes, flags, where the data lies, content, and the first name of a file with several.
/// The root itself only with its time. Sockets are left out.
std::map<std::string, std::string> describe(const std::filesystem::path& root, bool with_flags = true,
                                            bool with_holes = true);

}  // namespace jailctl::tree::test
