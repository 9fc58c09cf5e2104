#include "jailctl/sdk/tree_hold.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <optional>
#include <vector>

#include "../flocks.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/interrupt.hpp"
#include "jailctl/sdk/scoped.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto patience = std::chrono::seconds(5);
constexpr auto between = std::chrono::milliseconds(10);

struct Hold {
    UniqueFd directory;
    dev_t device;
    ino_t inode;
};

/// A process is one command, so what it holds is nobody's in particular.
std::vector<Hold>& holds() {
    static std::vector<Hold> all;
    return all;
}

struct stat facts_of(int directory, const std::string& shown) {
    struct stat facts {};
    if (::fstat(directory, &facts) != 0) throw_errno("cannot look at " + shown);
    return facts;
}

bool is_ours(const struct stat& facts) {
    return std::ranges::any_of(
        holds(), [&](const Hold& hold) { return hold.device == facts.st_dev && hold.inode == facts.st_ino; });
}

/// False only if somebody else has it: where no lock can be had, none keeps us away.
bool try_lock(int directory, int kind) {
    while (::flock(directory, kind | LOCK_NB) != 0)
        if (errno != EINTR) return errno != EWOULDBLOCK;
    return true;
}

/// Some file systems tell the kernel's table another device than stat(2): then nobody is named
/// rather than the wrong one.
std::string holder_of(const struct stat& facts) {
    const auto flocks = held_flocks();
    const auto holder = std::ranges::find_if(flocks, [&](const HeldFlock& lock) {
        return lock.inode == facts.st_ino && lock.device == facts.st_dev;
    });
    return holder == flocks.end() ? "another process" : "process " + std::to_string(holder->pid);
}

Error held(const std::string& shown, const struct stat& facts) {
    return Error(Errc::busy, escape_name(shown) + " is worked on by " + holder_of(facts) +
                                 ", a command with a RUN_DIR other than the one of this configuration")
        .with_hint("repeat the command when that one has ended, or wait for it with --wait SECONDS");
}

/// The facts of what another process holds.
std::optional<struct stat> held_elsewhere(const std::filesystem::path& path) {
    const UniqueFd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!directory) return std::nullopt;
    const struct stat facts = facts_of(directory.get(), path.string());
    // Shared and let go at once: whoever wants it for himself in this moment waits longer than that.
    if (is_ours(facts) || try_lock(directory.get(), LOCK_SH)) return std::nullopt;
    return facts;
}

}  // namespace

bool hold_tree(int directory, const std::string& shown, std::chrono::seconds wait) {
    const struct stat facts = facts_of(directory, shown);
    if (is_ours(facts)) return false;
    // A description of our own: the lock lasts as long as that, whatever the caller does with his.
    UniqueFd own(::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!own) throw_errno("cannot open " + shown);
    const auto until = Clock::now() + std::max<Clock::duration>(patience, wait);
    while (!try_lock(own.get(), LOCK_EX)) {
        if (Clock::now() >= until) throw held(shown, facts);
        Interrupt::pause(between);
    }
    holds().push_back({std::move(own), facts.st_dev, facts.st_ino});
    return true;
}

void release_tree(int directory) noexcept {
    struct stat facts {};
    if (::fstat(directory, &facts) != 0) return;
    std::erase_if(holds(),
                  [&](const Hold& hold) { return hold.device == facts.st_dev && hold.inode == facts.st_ino; });
}

bool is_held_elsewhere(const std::filesystem::path& path) { return held_elsewhere(path).has_value(); }

void require_unheld(const std::filesystem::path& path, std::chrono::seconds wait) {
    const auto until = Clock::now() + wait;
    while (const auto facts = held_elsewhere(path)) {
        if (Clock::now() >= until) throw held(path.string(), *facts);
        Interrupt::pause(between);
    }
}

HeldRoot::HeldRoot(int root, const std::filesystem::path& path, std::chrono::seconds wait)
    : root_(root), taken_(hold_tree(root, path.string(), wait)) {
    struct stat held {}, named {};
    const bool same = ::fstat(root, &held) == 0 && ::lstat(path.c_str(), &named) == 0 &&
                      held.st_dev == named.st_dev && held.st_ino == named.st_ino;
    if (same) return;
    if (taken_) release_tree(root);
    throw Error(Errc::busy, escape_name(path.string()) + " was removed or replaced by another command just now")
        .with_hint("try again");
}

HeldRoot::~HeldRoot() {
    if (taken_) release_tree(root_);
}

}  // namespace jailctl
