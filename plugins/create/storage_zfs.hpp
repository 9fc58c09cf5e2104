#pragma once

#include "storage_dir.hpp"
#include "zfs_program.hpp"

namespace jailctl::create {

/// Roots on ZFS: STORAGE=zfs, and what auto takes there. A root is a plain directory of a data set, or a data set of
/// its own that a site has made; a snapshot is one of that data set.
///
/// What stands beside the root for a snapshot is a directory with the link "snapshot" to its name, written before
/// it is taken, the directory "tree" it is mounted on while it is read, and the file "zfs" that zfs(8) holds
/// locked while it takes it.
class ZfsStorage final : public DirStorage {
public:
    explicit ZfsStorage(ZfsProgram zfs) : zfs_(std::move(zfs)) {}
    void make(const std::filesystem::path& root, const std::string& name) override;
    void remove(const std::filesystem::path& root, const std::string& name) override;
    [[nodiscard]] bool suits(const std::filesystem::path& root) override;
    [[nodiscard]] std::string no_snapshot_because(const std::filesystem::path& root) override;
    void snapshot(const std::filesystem::path& root, const std::string& name) override;
    [[nodiscard]] std::filesystem::path open_snapshot(const std::filesystem::path& root,
                                                      const std::string& name) override;
    [[nodiscard]] bool keeps(const std::filesystem::path& root, const std::string& name) override;

private:
    ZfsProgram zfs_;
};

}  // namespace jailctl::create
