// The directory above a root: who may pass through it decides who can run what a jail made set-uid (security.md 2.7).
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/text.hpp"
#include "resolve.hpp"
#include "root_path.hpp"

namespace jailctl {

namespace {

/// Directories of the system: a chmod that keeps others out of them would break the host.
bool is_system_directory(const std::filesystem::path& directory) {
    for (const char* exact :
         {"/", "/home", "/media", "/mnt", "/opt", "/root", "/run", "/srv", "/tmp", "/usr", "/usr/local", "/var",
          "/var/lib", "/var/log", "/var/cache", "/var/run", "/var/spool", "/var/tmp"}) {
        if (directory == exact) return true;
    }
    for (const char* tree :
         {"/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/libx32", "/lost+found", "/proc", "/sbin",
          "/sys", "/usr/bin", "/usr/include", "/usr/lib", "/usr/libexec", "/usr/sbin", "/usr/share", "/usr/src"}) {
        if (directory == tree || directory.string().starts_with(std::string(tree) + "/")) return true;
    }
    return false;
}

std::filesystem::path parent_of(const std::filesystem::path& root) {
    const auto clean = normal(root);
    if (!root.is_absolute() || !clean.has_filename()) {
        throw Error(Errc::invalid, "'" + escape_name(root.string()) + "' cannot be the root of a jail");
    }
    const auto parent = clean.parent_path();
    if (is_system_directory(parent)) {
        throw Error(Errc::denied, escape_name(root.string()) + " stands in a directory of the system")
            .with_hint("keep jails in a directory of their own, like JAIL_HOME=/usr/local/jails");
    }
    return parent;
}

bool is_private(int fd, const std::string& shown) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) throw_errno("cannot look at " + shown);
    return (status.st_mode & (S_IXGRP | S_IXOTH)) == 0;
}

void require_private(int fd, const std::filesystem::path& parent) {
    const std::string shown = escape_name(parent.string());
    if (is_private(fd, shown)) return;
    throw Error(Errc::denied, "other users can enter " + shown + " and could run what a jail made set-uid")
        .with_hint("chmod 0700 " + shell_word(parent.string()));
}

}  // namespace

UniqueFd open_root_parent(const std::filesystem::path& root, bool make) {
    const auto parent = parent_of(root);
    UniqueFd fd = make ? make_private_directory(parent) : open_trusted(parent, Trust::root, O_DIRECTORY);
    require_private(fd.get(), parent);
    return fd;
}

bool is_merely_open(const std::filesystem::path& root) {
    try {
        const auto parent = parent_of(root);
        return !is_private(open_trusted(parent, Trust::root, O_DIRECTORY).get(), escape_name(parent.string()));
    } catch (const Error&) {
        return false;
    }
}

Rootfs Rootfs::open(const std::filesystem::path& root) {
    const UniqueFd parent = open_root_parent(root, false);
    UniqueFd fd = resolve(parent.get(), normal(root).filename().string(), O_PATH | O_DIRECTORY,
                          root_rules);
    if (!fd) {
        const auto cause = last_error();
        const std::string shown = escape_name(root.string());
        if (cause.value() == ELOOP) throw Error(Errc::denied, shown + " is a symbolic link, not the root of a jail");
        if (cause.value() == ENOTDIR) throw Error(Errc::not_found, shown + " is no directory");
        throw Error(code_of(cause), "cannot open " + shown, cause);
    }
    return Rootfs(std::move(fd));
}

}  // namespace jailctl
