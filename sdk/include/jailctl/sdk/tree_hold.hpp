#pragma once

#include <filesystem>
#include <string>

#include "jailctl/sdk/export.hpp"

/// Whose a tree beside a root is (services/storage.hpp), where two configurations name the same jail: each has a RUN_DIR of
/// its own, so the lock of the jail is another file, and neither journals nor records of the other are known. Whoever makes,
/// exchanges or removes such a tree holds a flock on the directory itself while he lives. A Storage does it in
/// make, snapshot, exchange, set_aside and remove; nobody else has to.
namespace jailctl {

/// Holds the directory until this process ends or lets go of it; held by us already is success. A holder that is just
/// ending, as a child of a command that was killed, is waited for, five seconds at most. A file system without locks has none.
/// @param shown  its path, for the error  @throws Error busy: names the holder; interrupted
JAILCTL_SDK_EXPORT void hold_tree(int directory, const std::string& shown);
/// Lets go of it: for what is removed, before its inode is another's. Not held: nothing.
JAILCTL_SDK_EXPORT void release_tree(int directory) noexcept;
/// Whether another process holds the directory of that path, as a word of its own would be: no link, owner unchecked, nothing
/// is opened below it.
[[nodiscard]] JAILCTL_SDK_EXPORT bool is_held_elsewhere(const std::filesystem::path& path);
/// @throws Error busy, as hold_tree() does, without waiting
JAILCTL_SDK_EXPORT void require_unheld(const std::filesystem::path& path);

}  // namespace jailctl
