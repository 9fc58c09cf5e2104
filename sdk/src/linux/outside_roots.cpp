#include "jailctl/sdk/outside_roots.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <deque>
#include <string>
#include <vector>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/scoped.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl {
namespace fs = std::filesystem;
namespace {

constexpr int link_limit = 40;  // as the kernel's own

struct KnownRoot {
    dev_t device;
    ino_t inode;
    std::string jail;
};

std::vector<KnownRoot> known_roots(const Configuration& configuration) {
    std::vector<KnownRoot> roots;
    for (const auto& jail : configuration.jails) {
        struct stat facts {};
        if (::stat(jail.root.c_str(), &facts) == 0) roots.push_back({facts.st_dev, facts.st_ino, jail.name.text()});
    }
    return roots;
}

/// Goes the way of a path as the kernel does, one directory and one link after the other, and not a step into a root:
/// where its links lead is the jail's to say, and may be out of it again.
class OutsideWalk {
public:
    OutsideWalk(const Configuration& configuration, const fs::path& path, const std::string& hint)
        : roots_(known_roots(configuration)), shown_(escape_name(path.string())), hint_(hint) {
        push_front(path);
        enter(UniqueFd(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)));
    }
    void run() {
        while (!rest_.empty()) {
            const std::string name = std::move(rest_.front());
            rest_.pop_front();
            UniqueFd next(::openat(at_.get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
            if (!next || !follow(next.get())) enter(std::move(next));
            else if (magic_) jump(UniqueFd(::openat(at_.get(), name.c_str(), O_PATH | O_CLOEXEC)));
        }
    }

private:
    void push_front(const fs::path& path) {
        std::vector<std::string> names;
        for (const auto& part : path)
            if (part != "/" && part != "." && !part.empty()) names.push_back(part.string());
        rest_.insert(rest_.begin(), names.begin(), names.end());
    }

    /// @return whether it is a link. What one of proc(5) says is not always where it leads: the kernel follows that.
    bool follow(int opened) {
        struct stat facts {};
        if (::fstat(opened, &facts) != 0) fail();
        if (!S_ISLNK(facts.st_mode)) return false;
        struct statfs system {};
        magic_ = ::fstatfs(opened, &system) == 0 && system.f_type == PROC_SUPER_MAGIC;
        if (magic_) return true;
        std::array<char, PATH_MAX> text{};
        if (++links_ > link_limit) throw Error(Errc::invalid, "too many symbolic links in " + shown_);
        const ssize_t length = ::readlinkat(opened, "", text.data(), text.size());
        if (length <= 0) fail();
        push_front(std::string(text.data(), static_cast<std::size_t>(length)));
        if (text.front() == '/') enter(UniqueFd(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)));
        return true;
    }

    /// To where a link of proc(5) leads at once, perhaps to a directory far below a root.
    void jump(UniqueFd next) {
        if (!next) fail();
        UniqueFd above(::openat(next.get(), ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
        enter(std::move(next));
        while (above && climb(above)) {}
    }

    /// @return false: there is no directory above it
    bool climb(UniqueFd& directory) const {
        struct stat facts {}, parent {};
        UniqueFd next(::openat(directory.get(), "..", O_PATH | O_DIRECTORY | O_CLOEXEC));
        if (!next || ::fstat(directory.get(), &facts) != 0 || ::fstat(next.get(), &parent) != 0) fail();
        require_no_root(parent);
        directory = std::move(next);
        return parent.st_dev != facts.st_dev || parent.st_ino != facts.st_ino;
    }

    void enter(UniqueFd next) {
        struct stat facts {};
        if (!next || ::fstat(next.get(), &facts) != 0) fail();
        require_no_root(facts);
        at_ = std::move(next);
    }

    void require_no_root(const struct stat& facts) const {
        for (const auto& root : roots_)
            if (facts.st_dev == root.device && facts.st_ino == root.inode)
                throw Error(Errc::denied, shown_ + " lies in the root of jail " + root.jail).with_hint(hint_);
    }

    [[noreturn]] void fail() const {
        const auto cause = last_error();
        throw Error(code_of(cause), "cannot resolve " + shown_, cause);
    }

    std::vector<KnownRoot> roots_;
    std::string shown_, hint_;
    std::deque<std::string> rest_;
    UniqueFd at_;
    int links_ = 0;
    bool magic_ = false;
};

}  // namespace

void require_outside_roots(const Configuration& configuration, const fs::path& path, const std::string& hint) {
    OutsideWalk(configuration, path, hint).run();
}

}  // namespace jailctl
