#pragma once

#include <string>

#include "jailctl/sdk/host.hpp"
#include "jailctl/sdk/views.hpp"
#include "repository.hpp"

namespace jailctl::restic {

/// What restic sees of a jail: RUN_DIR/restic, where in a mount namespace of its own a file system in memory
/// holds `jail`, the tree, and `jailctl`, what we know of it. Always the same path, so that snapshots of a
/// jail share what they can.
///
/// restic works by paths, below a tree whose jail may swap directories for links at any moment. The tree is mounted so
/// that the kernel follows no link of it (MOUNT_ATTR_NOSYMFOLLOW), without devices, and nothing mounted below it is
/// there; restic never writes "..". So no path beginning here leads out, neither when it reads nor when it restores.
class JailView {
public:
    /// @param tree  O_PATH descriptor of the jail's root, or of where it is restored
    JailView(const Configuration& configuration, int tree, View access);
    [[nodiscard]] const std::string& place() const noexcept { return place_; }
    [[nodiscard]] std::string tree() const { return place_ + "/jail"; }
    /// Descriptor of `jailctl`, also when restic is gone.
    [[nodiscard]] UniqueFd own_files() const;
    /// A run in the view: its mounts, and it as working directory.
    [[nodiscard]] Run run() const;

private:
    std::string place_;
    UniqueFd memory_, tree_;
};

}  // namespace jailctl::restic
