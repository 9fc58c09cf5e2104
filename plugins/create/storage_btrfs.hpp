#pragma once

#include "storage_dir.hpp"

namespace jailctl::create {

/// Roots as btrfs subvolumes: STORAGE=btrfs, and what auto takes on btrfs. Renaming and exchanging are those of
/// directories. A root of before that is a plain directory stays one, and cannot be snapshotted.
class BtrfsStorage final : public DirStorage {
public:
    void make(const std::filesystem::path& root, const std::string& name) override;
    /// A subvolume goes at once, with its content; a plain directory, or one with subvolumes of its own, file by file.
    void remove(const std::filesystem::path& root, const std::string& name) override;
    [[nodiscard]] bool suits(const std::filesystem::path& root) override;
    [[nodiscard]] std::string no_snapshot_because(const std::filesystem::path& root) override;
    void snapshot(const std::filesystem::path& root, const std::string& name) override;
};

}  // namespace jailctl::create
