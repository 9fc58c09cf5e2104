#pragma once

#include <filesystem>
#include <string>

#include "jailctl/sdk/export.hpp"
#include "jailctl/sdk/host.hpp"

namespace jailctl {

/// What root runs, or keeps and believes, lies in no jail's root, and no link or directory of one is on the way there:
/// it would be the jail's to say where that leads (security.md 6, 9). A root passes the owner check, so it is
/// recognised as device and inode. What was opened by that path before is good when this returns: the jail has no say
/// in whether the path enters its root. A directory of a root that is bind-mounted elsewhere is not recognised.
/// @param path  absolute, and there  @param hint  for the error  @throws Error denied
JAILCTL_SDK_EXPORT void require_outside_roots(const Configuration& configuration, const std::filesystem::path& path,
                                              const std::string& hint);

}  // namespace jailctl
