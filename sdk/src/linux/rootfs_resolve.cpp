#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"
#include "resolve.hpp"

namespace jailctl {

const std::uint64_t root_rules = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;

UniqueFd resolve(int directory, const std::string& path, std::uint64_t flags, std::uint64_t rules) {
    open_how how{};
    how.flags = flags | O_CLOEXEC;
    how.resolve = rules;
    long fd = -1;
    for (int attempt = 0; attempt < 128; ++attempt) {
        fd = ::syscall(SYS_openat2, directory, path.empty() ? "." : path.c_str(), &how, sizeof how);
        if (fd >= 0 || errno != EAGAIN) break;
    }
    return UniqueFd(static_cast<int>(fd));
}

UniqueFd resolve_in_root(int root, const std::string& path, std::uint64_t flags) {
    return resolve(root, path, flags, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
}

UniqueFd resolve_strictly(int root, const std::string& path, std::uint64_t flags) {
    return resolve(root, path, flags, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV);
}

SplitPath split_path(const std::string& path) {
    const auto refuse = [&](const char* why) -> Error {
        return {Errc::invalid, "'" + escape_name(path) + "' is no path below a root: " + why};
    };
    if (path.empty()) throw refuse("it is empty");
    if (path.front() == '/') throw refuse("it begins with '/'");
    if (path.find('\0') != std::string::npos) throw refuse("it holds a zero byte");
    std::filesystem::path clean;
    for (const auto& part : std::filesystem::path(path)) {
        if (part == "..") throw refuse("it holds '..'");
        if (!part.empty() && part != ".") clean /= part;
    }
    return {clean.parent_path().string(), clean.filename().string()};
}

namespace {

/// Enters one component, made if missing. Made directories are 0755 root whatever umask and a set-gid parent say.
UniqueFd enter_or_make(int above, const std::string& name, const std::string& path) {
    UniqueFd directory = resolve_strictly(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (directory || errno != ENOENT) return directory;
    if (::mkdirat(above, name.c_str(), 0755) != 0 && errno != EEXIST) throw_errno("cannot make " + escape_name(path));
    directory = resolve_strictly(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (directory && (::fchown(directory.get(), 0, 0) != 0 || ::fchmod(directory.get(), 0755) != 0)) {
        throw_errno("cannot set owner and mode of " + escape_name(path));
    }
    return directory;
}

}  // namespace

UniqueFd open_or_make_directory(int root, const std::string& path) {
    UniqueFd directory = resolve_strictly(root, path, O_RDONLY | O_DIRECTORY);
    if (directory || errno == ENOENT) {
        if (directory) return directory;
        directory = resolve_strictly(root, "", O_RDONLY | O_DIRECTORY);
        for (const auto& part : std::filesystem::path(path)) {
            if (!directory) break;
            directory = enter_or_make(directory.get(), part.string(), path);
        }
    }
    if (directory) return directory;
    const auto cause = last_error();
    if (cause.value() == ELOOP || cause.value() == ENOTDIR || cause.value() == EXDEV) {
        throw Error(Errc::invalid,
                    "the way to " + escape_name(path) + " in the root leads over a link, a mount or a file");
    }
    throw Error(code_of(cause), "cannot open " + escape_name(path) + " in the root", cause);
}

}  // namespace jailctl
