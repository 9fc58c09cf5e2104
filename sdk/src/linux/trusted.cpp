// The owner check of security.md 1: every directory on the way is opened, judged on its descriptor, and only then used.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <deque>
#include <map>
#include <memory>
#include <vector>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl {

namespace {

constexpr int link_limit = 40;  // as the kernel's own

/// Directories this thread entered before, by path. A command asks for files in the same few directories dozens of
/// times; opening and closing each of them anew was most of an answer. Owner and mode are judged anew at every walk, on
/// the descriptor that is used; that a path still leads to that directory is asked once at the walk's end.
class EnteredDirectories {
public:
    using Directory = std::shared_ptr<const UniqueFd>;

    [[nodiscard]] Directory find(const std::string& path) const {
        const auto entered = entered_.find(path);
        return entered == entered_.end() ? nullptr : entered->second;
    }
    void add(const std::string& path, const Directory& directory) {
        if (entered_.size() < limit) entered_.emplace(path, directory);
    }
    void forget() noexcept { entered_.clear(); }

private:
    static constexpr std::size_t limit = 32;  // descriptors are few
    std::map<std::string, Directory> entered_;
};

EnteredDirectories& entered() {
    static thread_local EnteredDirectories directories;
    return directories;
}

/// What a missing component is.
enum class Missing { error, made, nothing };

class TrustedWalk {
public:
    TrustedWalk(const std::filesystem::path& path, Trust trust, Missing missing)
        : wanted_(path), trust_(trust), missing_(missing) {
        if (!path.is_absolute()) throw Error(Errc::invalid, "not an absolute path: " + escape_name(path.string()));
        if (path.string().find('\0') != std::string::npos) throw Error(Errc::invalid, "a path with a zero byte");
        push_front(path.string());
        enter_root();
    }

    /// Walks to the last component and opens it with `flags`. @return empty if it is missing and that is no error
    UniqueFd open(int flags) {
        try {
            UniqueFd file = walk(flags);
            if (!from_memory_ || leads_here()) return file;
        } catch (const Error&) {
            if (!from_memory_ || leads_here()) throw;
        }
        entered().forget();
        // Enters every directory anew: none is remembered now.
        return TrustedWalk(wanted_, trust_, missing_).walk(flags);
    }

private:
    struct Level {
        EnteredDirectories::Directory fd;
        std::string path;  ///< with '/' at the end
    };

    UniqueFd walk(int flags) {
        while (!rest_.empty()) {
            const std::string name = std::move(rest_.front());
            rest_.pop_front();
            if (name == "..") {
                if (levels_.size() > 1) levels_.pop_back();
                continue;
            }
            UniqueFd file = enter(name, flags);
            if (file || absent_) return file;
        }
        return final(levels_.back().fd->get(), ".", flags);
    }

    /// Whether the path of the last directory still leads to the descriptor used for it.
    [[nodiscard]] bool leads_here() const {
        struct stat used {}, there {};
        return ::fstat(levels_.back().fd->get(), &used) == 0 && used.st_nlink != 0 &&
               ::stat(levels_.back().path.c_str(), &there) == 0 && used.st_dev == there.st_dev &&
               used.st_ino == there.st_ino;
    }

    void push_level(EnteredDirectories::Directory fd, const std::string& path, const std::string& shown) {
        struct stat status {};
        if (::fstat(fd->get(), &status) != 0) fail(path);
        judge(status, path, !rest_.empty());
        levels_.push_back({std::move(fd), shown});
    }

    void push_front(const std::string& path) {
        std::vector<std::string> names;
        for (const auto& part : std::filesystem::path(path)) {
            if (part != "/" && part != "." && !part.empty()) names.push_back(part.string());
        }
        rest_.insert(rest_.begin(), names.begin(), names.end());
    }

    void enter_root() {
        levels_.clear();
        auto root = entered().find("/");
        if (!root) {
            UniqueFd opened(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
            if (!opened) fail("/");
            root = std::make_shared<const UniqueFd>(std::move(opened));
            entered().add("/", root);
        }
        push_level(std::move(root), "/", "/");
    }

    /// One component: a directory is entered, a link put in front of the rest, a last file opened and returned.
    UniqueFd enter(const std::string& name, int flags) {
        const int above = levels_.back().fd->get();
        const std::string path = levels_.back().path + name;
        if (auto before = entered().find(path)) {
            from_memory_ = true;
            push_level(std::move(before), path, path + "/");
            return {};
        }
        UniqueFd fd(::openat(above, name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
        if (!fd && errno == ENOENT && missing_ == Missing::made) fd = make_directory(above, name, path);
        if (!fd && errno == ENOENT && missing_ == Missing::nothing) absent_ = true;
        if (absent_) return {};
        if (!fd) fail(path);
        struct stat status {};
        if (::fstat(fd.get(), &status) != 0) fail(path);
        if (S_ISLNK(status.st_mode)) {
            follow(fd.get(), status, path);
            return {};
        }
        if (S_ISDIR(status.st_mode)) {
            const auto directory = std::make_shared<const UniqueFd>(std::move(fd));
            push_level(directory, path, path + "/");
            entered().add(path, directory);
            return {};
        }
        if (!rest_.empty())
            throw Error(Errc::not_found, "cannot open " + shown() + ": " + escape_name(path) + " is no directory");
        UniqueFd file = final(above, name, flags);
        if (::fstat(file.get(), &status) != 0) fail(path);  // another file may stand there by now
        judge(status, path, false);
        return file;
    }

    UniqueFd make_directory(int above, const std::string& name, const std::string& path) {
        const bool made = ::mkdirat(above, name.c_str(), 0700) == 0;
        if (!made && errno != EEXIST) {
            const auto cause = last_error();
            throw Error(code_of(cause), "cannot make " + escape_name(path), cause);
        }
        // What is synced in it later would be lost with its name.
        const UniqueFd parent(made ? ::openat(above, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1);
        if (parent) sync_fd(parent.get(), "the directory of " + path);
        return UniqueFd(::openat(above, name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    }

    void follow(int link, const struct stat& status, const std::string& path) {
        if (++links_ > link_limit) throw Error(Errc::invalid, "too many symbolic links in " + shown());
        require_owner(status.st_uid, path);
        std::array<char, PATH_MAX> target{};
        const ssize_t length = ::readlinkat(link, "", target.data(), target.size());
        if (length <= 0) fail(path);
        const std::string text(target.data(), static_cast<std::size_t>(length));
        push_front(text);
        if (text.front() == '/') enter_root();
    }

    UniqueFd final(int above, const std::string& name, int flags) const {
        UniqueFd file(::openat(above, name.c_str(), O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | flags));
        if (!file) fail(shown());
        return file;
    }

    void require_owner(uid_t owner, const std::string& path) const {
        if (owner == 0 || (trust_ == Trust::root_or_caller && owner == ::getuid())) return;
        throw Error(Errc::denied, escape_name(path) + " belongs to user " + std::to_string(owner) + " and not to root")
            .with_hint("look at what it holds, then: chown root " + shell_word(path));
    }

    /// @param on_the_way  a sticky directory passes then: what follows in it must be root's, which is checked next
    void judge(const struct stat& status, const std::string& path, bool on_the_way) const {
        require_owner(status.st_uid, path);
        if ((status.st_mode & (S_IWGRP | S_IWOTH)) == 0) return;
        if (on_the_way && S_ISDIR(status.st_mode) && (status.st_mode & S_ISVTX) != 0) return;
        Error error(Errc::denied, escape_name(path) + " can be written by other users");
        // Sticky directories and devices are open to all on purpose: to close them would break the host.
        const bool shared = (status.st_mode & S_ISVTX) != 0 || (!S_ISDIR(status.st_mode) && !S_ISREG(status.st_mode));
        throw error.with_hint(shared ? "name another place, where only root can write"
                                     : "chmod go-w " + shell_word(path));
    }

    [[noreturn]] void fail(const std::string& path) const {
        const auto cause = last_error();
        throw Error(code_of(cause), "cannot open " + escape_name(path), cause);
    }

    [[nodiscard]] std::string shown() const { return escape_name(wanted_.string()); }

    std::filesystem::path wanted_;
    Trust trust_;
    Missing missing_;
    bool absent_ = false, from_memory_ = false;
    int links_ = 0;
    std::deque<std::string> rest_;
    std::vector<Level> levels_;
};

}  // namespace

UniqueFd open_trusted(const std::filesystem::path& path, Trust trust, int extra_flags) {
    return TrustedWalk(path, trust, Missing::error).open(extra_flags);
}

UniqueFd find_trusted(const std::filesystem::path& path, Trust trust, int extra_flags) {
    return TrustedWalk(path, trust, Missing::nothing).open(extra_flags);
}

UniqueFd open_trusted_directory(const std::filesystem::path& path, Trust trust) {
    return TrustedWalk(path, trust, Missing::error).open(O_PATH | O_DIRECTORY);
}

UniqueFd make_private_directory(const std::filesystem::path& path) {
    return TrustedWalk(path, Trust::root, Missing::made).open(O_RDONLY | O_DIRECTORY);
}

}  // namespace jailctl
