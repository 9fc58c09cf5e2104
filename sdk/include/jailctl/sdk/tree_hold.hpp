#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "jailctl/sdk/export.hpp"

/// Whose a tree beside a root is (services/storage.hpp), where two configurations name the same jail: each has a
/// RUN_DIR of its own, so the lock of the jail is another file, and neither journals nor records of the other
/// are known. Whoever makes, exchanges or removes such a tree holds a flock on the directory itself while he
/// lives. A Storage does it in make, snapshot, exchange, set_aside and remove, a start with the root until its
/// jail runs; nobody else has to.
namespace jailctl {

/// Holds the directory until this process ends or lets go of it; held by us already is success. A holder that
/// is just ending, as a child of a command that was killed, is waited for, five seconds at most. A file
/// system without locks has none.
/// @param shown  its path, for the error  @param wait  how long any holder is waited for, if longer
/// @return whether it was not ours before  @throws Error busy: names the holder; interrupted
JAILCTL_SDK_EXPORT bool hold_tree(int directory, const std::string& shown, std::chrono::seconds wait = {});
/// Lets go of it: for what is removed, before its inode is another's. Not held: nothing.
JAILCTL_SDK_EXPORT void release_tree(int directory) noexcept;
/// Whether another process holds the directory of that path, as a word of its own would be: no link, owner unchecked,
/// nothing is opened below it.
[[nodiscard]] JAILCTL_SDK_EXPORT bool is_held_elsewhere(const std::filesystem::path& path);
/// @throws Error busy, as hold_tree() does, once `wait` is over; interrupted
JAILCTL_SDK_EXPORT void require_unheld(const std::filesystem::path& path, std::chrono::seconds wait = {});

/// Holds a root, found at `path`, as long as the object is there; what the process held before, it holds afterwards.
class JAILCTL_SDK_EXPORT HeldRoot {
public:
    /// @param root  its descriptor, open as long as the object is there
    /// @throws Error busy: another command works on it, or has put another tree in its place while it was waited for
    HeldRoot(int root, const std::filesystem::path& path, std::chrono::seconds wait);
    ~HeldRoot();
    HeldRoot(const HeldRoot&) = delete;
    HeldRoot& operator=(const HeldRoot&) = delete;

private:
    int root_;
    bool taken_;
};

}  // namespace jailctl
