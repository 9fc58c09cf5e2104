#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "jailctl/sdk/scoped.hpp"
#include "jailctl/sdk/services/storage.hpp"
#include "jailctl/sdk/value.hpp"

namespace jailctl::create {

/// Which directory a name stood for when a step was journalled: an undo acts only while it still does.
struct TreeIdentity {
    std::int64_t device = 0;
    std::int64_t inode = 0;
    friend bool operator==(const TreeIdentity&, const TreeIdentity&) = default;
};

/// Roots as plain directories: STORAGE=dir, on every file system. All names are changed by descriptor of the parent.
class DirStorage : public Storage {
public:
    void make(const std::filesystem::path& root, const std::string& name) override;
    void publish(const std::filesystem::path& root, const std::string& name) override;
    void exchange(const std::filesystem::path& root, const std::string& name) override;
    void set_aside(const std::filesystem::path& root, const std::string& name) override;
    void remove(const std::filesystem::path& root, const std::string& name) override;
    [[nodiscard]] std::uint64_t free_space(const std::filesystem::path& root) override;
};

/// The directory above the roots, by open_root_parent(); nothing if it is gone: then nothing
/// of ours is below it either.
/// @throws Error denied, io
[[nodiscard]] UniqueFd open_parent_if_any(const std::filesystem::path& root);

/// The nearest directory above the root that is there: where a root would be made. None, and
/// errno, if it cannot be opened.
[[nodiscard]] UniqueFd nearest_directory(const std::filesystem::path& root);

/// Makes the directory `name`, 0700, and holds it. @throws Error as Storage::make
void make_entry(int parent, const std::filesystem::path& root, const std::string& name);

/// Holds what `name` beside `root` is (tree_hold.hpp) to remove it. No directory, or nothing: there is nothing to hold.
class HeldEntry {
public:
    /// @throws Error busy: another command works on it, or has put another tree in its place while it was waited for
    HeldEntry(int parent, const std::string& name, const std::filesystem::path& root);
    ~HeldEntry();
    HeldEntry(const HeldEntry&) = delete;
    HeldEntry& operator=(const HeldEntry&) = delete;
    /// Whether nothing has the name: what was waited for may have been removed.
    [[nodiscard]] bool gone() const noexcept { return gone_; }

private:
    UniqueFd tree_;
    bool gone_ = false;
};

/// Holds the tree that was made just now as `name` beside `root` until this process ends.
/// @throws Error busy: somebody was faster
void hold_entry(int parent, const std::string& name, const std::filesystem::path& root);

/// Every name that a Storage makes or removes begins with ".jailctl-". @throws Error internal: this one does not
void require_staging_name(const std::string& name);

/// The directory that `name` beside `root` is now; nothing if there is none. @throws Error denied, io
[[nodiscard]] std::optional<TreeIdentity> identity_of(const std::filesystem::path& root, const std::string& name);

/// Renames `name` back to the root's own: undoes set_aside. Gone, or the root stands: success.
/// @throws Error busy: another command works on it
void put_back(const std::filesystem::path& root, const std::string& name);

/// Renames the root to `name` if it is still `staged`: undoes publish. Anything else: success.
/// @throws Error busy: another command works on it, or a process runs in it
void unpublish(const std::filesystem::path& root, const std::string& name, const TreeIdentity& staged);

}  // namespace jailctl::create
