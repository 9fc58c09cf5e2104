#include "storage_dir.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/mounts.hpp"
#include "jailctl/sdk/occupants.hpp"
#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/tree.hpp"
#include "jailctl/sdk/tree_hold.hpp"

namespace jailctl::create {

namespace fs = std::filesystem;

namespace {

std::string shown(const fs::path& root, const std::string& name) { return (root.parent_path() / name).string(); }

std::string leaf(const fs::path& root) { return root.filename().string(); }

[[noreturn]] void refuse_to_replace(const fs::path& root, const std::string& name) {
    throw Error(Errc::exists, shown(root, name) + " exists already");
}

/// ZFS before 2.2 and some of FUSE know no flags. A plain rename of a directory replaces
/// nothing but an empty directory.
bool rename_by_looking(int parent, const std::string& from, const std::string& to, const fs::path& root) {
    struct stat there {};
    if (::fstatat(parent, to.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0) refuse_to_replace(root, to);
    return ::renameat(parent, from.c_str(), parent, to.c_str()) == 0;
}

void rename_entry(int parent, const std::string& from, const std::string& to, unsigned flags, const fs::path& root) {
    if (::renameat2(parent, from.c_str(), parent, to.c_str(), flags) == 0) return;
    if (errno == EINVAL && flags == RENAME_NOREPLACE && rename_by_looking(parent, from, to, root)) return;
    const auto cause = last_error();
    if (cause == std::errc::file_exists || cause == std::errc::directory_not_empty) refuse_to_replace(root, to);
    if (cause == std::errc::invalid_argument && flags == RENAME_EXCHANGE)
        throw Error(Errc::unsupported,
                    "the file system of " + root.string() + " cannot exchange two directories in one step")
            .with_hint("keep jails on ext4, xfs, btrfs, or ZFS from 2.2 on");
    throw Error(code_of(cause), "cannot rename " + shown(root, from) + " to " + to, cause);
}

UniqueFd open_tree_at(int parent, const std::string& name, const fs::path& root, int flags) {
    UniqueFd tree{::openat(parent, name.c_str(), flags | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    if (!tree) throw_errno("cannot open " + shown(root, name));
    return tree;
}

void set_mode(int tree, mode_t mode, const std::string& what) {
    if (::fchmod(tree, mode) != 0) throw_errno("cannot set the mode of " + what);
}

TreeIdentity identity_from(const struct stat& facts) {
    return {static_cast<std::int64_t>(facts.st_dev), static_cast<std::int64_t>(facts.st_ino)};
}

std::optional<TreeIdentity> identity_at(int parent, const std::string& name, const fs::path& root) {
    struct stat found {};
    if (::fstatat(parent, name.c_str(), &found, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == ENOENT) return std::nullopt;
        throw_errno("cannot look at " + shown(root, name));
    }
    return identity_from(found);
}

/// Whoever waits for a tree may find another one under its name afterwards: somebody else's.
void require_still_named(int tree, int parent, const std::string& name, const fs::path& root) {
    struct stat held {};
    if (::fstat(tree, &held) != 0) throw_errno("cannot look at " + shown(root, name));
    if (identity_at(parent, name, root) == identity_from(held)) return;
    throw Error(Errc::busy, shown(root, name) + " was removed or replaced by another command just now")
        .with_hint("try again");
}

/// The caller has looked, too, but since then somebody was asked, a backup was written or another command was waited
/// for; or the command was killed, and this is its undo.
void require_unoccupied(const fs::path& root) {
    const auto pid = process_in_root(root);
    if (!pid) return;
    throw Error(Errc::busy, root.string() + " is in use now: process " + std::to_string(*pid) + " runs in it")
        .with_hint("stop it with the configuration that it was started with");
}

void remove_full(int parent, const std::string& name, const fs::path& root) {
    const UniqueFd tree = open_tree_at(parent, name, root, O_PATH);
    TreeJob job;
    job.action = "remove";
    job.arguments = Value::object();
    job.root = tree.get();
    in_context("removing " + shown(root, name), [&] { (void)run_tree(job); });
    if (::unlinkat(parent, name.c_str(), AT_REMOVEDIR) != 0) throw_errno("cannot remove " + shown(root, name));
}

}  // namespace

UniqueFd open_parent_if_any(const fs::path& root) {
    try {
        return open_root_parent(root, false);
    } catch (const Error& error) {
        if (error.code() == Errc::not_found) return UniqueFd{};
        throw;
    }
}

UniqueFd nearest_directory(const fs::path& root) {
    for (fs::path place = root.parent_path();; place = place.parent_path()) {
        UniqueFd directory{::open(place.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
        if (directory || errno != ENOENT || place == place.root_path()) return directory;
    }
}

HeldEntry::HeldEntry(int parent, const std::string& name, const fs::path& root)
    : tree_(::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)) {
    gone_ = !tree_ && errno == ENOENT;
    if (!tree_) return;
    hold_tree(tree_.get(), shown(root, name));
    try {
        gone_ = !identity_at(parent, name, root);
        if (!gone_) require_still_named(tree_.get(), parent, name, root);
    } catch (const Error&) {
        release_tree(tree_.get());
        throw;
    }
}

HeldEntry::~HeldEntry() {
    if (tree_) release_tree(tree_.get());
}

// The one rule that keeps a slip from renaming or removing somebody's directory.
void require_staging_name(const std::string& name) {
    if (!name.starts_with(".jailctl-") || name.find('/') != std::string::npos) {
        throw Error(Errc::internal, "'" + name + "' is not a name that jailctl gives to staged trees");
    }
}

void hold_entry(int parent, const std::string& name, const fs::path& root) {
    const UniqueFd tree = open_tree_at(parent, name, root, O_RDONLY);
    hold_tree(tree.get(), shown(root, name));
    // Between its making and its holding somebody may have taken it for a leftover.
    require_still_named(tree.get(), parent, name, root);
}

void make_entry(int parent, const fs::path& root, const std::string& name) {
    if (::mkdirat(parent, name.c_str(), 0700) != 0) {
        const auto cause = last_error();
        require_unheld(shown(root, name));
        const Errc code = cause == std::errc::file_exists ? Errc::exists : code_of(cause);
        throw Error(code, "cannot make " + shown(root, name), cause);
    }
    hold_entry(parent, name, root);
    sync_fd(parent, root.parent_path().string());
}

void DirStorage::make(const fs::path& root, const std::string& name) {
    require_staging_name(name);
    const UniqueFd parent = open_root_parent(root, true);
    require_nothing_mounted(root);  // what is made here could not get the name of a mount point
    make_entry(parent.get(), root, name);
}

void DirStorage::publish(const fs::path& root, const std::string& name) {
    require_staging_name(name);
    const UniqueFd parent = open_root_parent(root, false);
    const UniqueFd tree = open_tree_at(parent.get(), name, root, O_RDONLY);
    set_mode(tree.get(), 0755, shown(root, name));
    // All of the tree must be on disk before the name that says so.
    if (::syncfs(tree.get()) != 0) throw_errno("cannot write " + shown(root, name) + " to disk");
    // rename(2) of a directory replaces an empty directory and nothing else.
    rename_entry(parent.get(), name, leaf(root), 0, root);
    sync_fd(parent.get(), root.parent_path().string());
}

void DirStorage::exchange(const fs::path& root, const std::string& name) {
    require_staging_name(name);
    const UniqueFd parent = open_root_parent(root, false);
    const UniqueFd staged = open_tree_at(parent.get(), name, root, O_RDONLY);
    const UniqueFd present = open_tree_at(parent.get(), leaf(root), root, O_RDONLY);
    hold_tree(staged.get(), shown(root, name));
    hold_tree(present.get(), root.string());  // from now on it is what a failure brings back
    require_still_named(staged.get(), parent.get(), name, root);
    require_still_named(present.get(), parent.get(), leaf(root), root);
    require_unoccupied(root);
    require_nothing_mounted(root);
    require_nothing_mounted(shown(root, name));
    struct stat old {};
    if (::fstat(present.get(), &old) != 0) throw_errno("cannot look at " + root.string());
    set_mode(staged.get(), old.st_mode & 07777U, shown(root, name));
    if (::syncfs(staged.get()) != 0) throw_errno("cannot write " + shown(root, name) + " to disk");
    rename_entry(parent.get(), name, leaf(root), RENAME_EXCHANGE, root);
    sync_fd(parent.get(), root.parent_path().string());
}

void DirStorage::set_aside(const fs::path& root, const std::string& name) {
    require_staging_name(name);
    const UniqueFd parent = open_root_parent(root, false);
    hold_entry(parent.get(), leaf(root), root);
    require_unoccupied(root);
    require_nothing_mounted(root);
    rename_entry(parent.get(), leaf(root), name, RENAME_NOREPLACE, root);
    sync_fd(parent.get(), root.parent_path().string());
}

void DirStorage::remove(const fs::path& root, const std::string& name) {
    require_staging_name(name);
    const UniqueFd parent = open_parent_if_any(root);
    if (!parent) return;
    const HeldEntry held(parent.get(), name, root);
    if (held.gone()) return;
    // An empty directory needs no helper; a link or file under our name is unlinked as such.
    if (::unlinkat(parent.get(), name.c_str(), AT_REMOVEDIR) != 0) {
        if (errno == ENOENT) return;
        if (errno == ENOTDIR) {
            if (::unlinkat(parent.get(), name.c_str(), 0) != 0) throw_errno("cannot remove " + shown(root, name));
        } else {
            require_nothing_mounted(shown(root, name));
            remove_full(parent.get(), name, root);
        }
    }
    sync_fd(parent.get(), root.parent_path().string());
}

std::uint64_t DirStorage::free_space(const fs::path& root) {
    const UniqueFd directory = nearest_directory(root);
    if (!directory) throw_errno("cannot open " + root.parent_path().string());
    return free_bytes(directory.get(), root.parent_path().string());
}

std::optional<TreeIdentity> identity_of(const fs::path& root, const std::string& name) {
    const UniqueFd parent = open_parent_if_any(root);
    if (!parent) return std::nullopt;
    return identity_at(parent.get(), name, root);
}

void put_back(const fs::path& root, const std::string& name) {
    require_staging_name(name);
    const UniqueFd parent = open_parent_if_any(root);
    if (!parent || !identity_at(parent.get(), name, root)) return;
    if (identity_at(parent.get(), leaf(root), root)) return;  // the renaming never happened
    const HeldEntry held(parent.get(), name, root);
    if (held.gone()) return;
    rename_entry(parent.get(), name, leaf(root), RENAME_NOREPLACE, root);
    sync_fd(parent.get(), root.parent_path().string());
}

void unpublish(const fs::path& root, const std::string& name, const TreeIdentity& staged) {
    require_staging_name(name);
    const UniqueFd parent = open_parent_if_any(root);
    if (!parent || identity_at(parent.get(), leaf(root), root) != staged) return;
    hold_entry(parent.get(), leaf(root), root);
    require_unoccupied(root);
    rename_entry(parent.get(), leaf(root), name, RENAME_NOREPLACE, root);
    sync_fd(parent.get(), root.parent_path().string());
}

}  // namespace jailctl::create
