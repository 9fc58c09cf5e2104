#pragma once

#include <filesystem>
#include <string>

#include "jailctl/sdk/export.hpp"
#include "jailctl/sdk/host.hpp"

namespace jailctl {

/// What root runs, or keeps and believes, lies in no jail's root, neither as the path is written nor where its links
/// lead: there it would be the jail's to change (security.md 6, 9). A root passes the owner check, so it is recognised
/// by the directories above, as device and inode.
/// @param path  absolute, and there  @param hint  for the error  @throws Error denied
JAILCTL_SDK_EXPORT void require_outside_roots(const Configuration& configuration, const std::filesystem::path& path,
                                              const std::string& hint);

}  // namespace jailctl
