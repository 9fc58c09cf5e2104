#include "emptying.hpp"

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <deque>
#include <fcntl.h>
#include <mutex>
#include <thread>
#include <utility>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"
#include "walk.hpp"

namespace jailctl::tree {
namespace {

constexpr int most_rounds = 100;  // over one directory: then somebody fills it as fast as we empty it
constexpr std::uint64_t worth_a_thread = 256;  // entries: what has more so far is likely to have many more

/// A directory that one thread met and another empties and removes.
struct Portion {
    UniqueFd parent, directory;
    std::string name, path;
};

UniqueFd again(int fd) { return UniqueFd(::fcntl(fd, F_DUPFD_CLOEXEC, 0)); }

std::string joined(const std::string& above, std::string_view below) {
    return above.empty() || below.empty() ? above + std::string(below) : above + "/" + std::string(below);
}

/// Two threads that empty one tree. Removing a file costs the kernel far more than meeting it, and two
/// removals get in each other's way only within one directory: so whole directories go from the thread that
/// met them to the one that waits.
class Team {
public:
    Team(std::uint64_t mount, Hands hands, Removed& removed, const OnBytes& on_bytes)
        : mount_(mount), hands_(hands), removed_(removed), on_bytes_(on_bytes) {}
    ~Team();
    /// The whole tree. @return as empty_once()
    std::string empty(int directory);

    [[nodiscard]] std::uint64_t mount() const noexcept { return mount_; }
    /// @return true: somebody else takes it. @throws what another thread failed with
    [[nodiscard]] bool hand_over(const Entry& entry, const std::string& path);
    /// A directory that is not empty may hold one that was handed over.
    [[nodiscard]] bool has_handed_over() const noexcept { return handed_over_; }
    void removed(const Facts& facts);
    void problem(std::string what);

private:
    void empty_portion(const Portion& portion);
    void work();
    /// Takes portions until there is none and nobody works who could hand over another. With the lock held.
    void take_part(std::unique_lock<std::mutex>& lock, bool to_the_end);

    const std::uint64_t mount_;
    const Hands hands_;
    Removed& removed_;
    const OnBytes& on_bytes_;
    const std::thread::id caller_ = std::this_thread::get_id();
    std::atomic<bool> handed_over_ = false;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Portion> waiting_;
    std::size_t idle_ = 0, busy_ = 0;
    bool leaving_ = false;
    std::string last_problem_;
    std::exception_ptr failure_;
    std::thread second_;  // last: it uses all the others
};

/// What one thread meets: files go at once, a directory when it is left.
class Emptier final : public Visitor {
public:
    Emptier(Team& team, std::string above) : team_(team), above_(std::move(above)) {}

    Visit visit(const Entry& entry) override {
        if (entry.facts.identity.mount != team_.mount()) refuse_mount(path_of(entry));
        if (entry.facts.kind == Kind::directory)
            return !entry.path.empty() && team_.hand_over(entry, path_of(entry)) ? Visit::skip : Visit::enter;
        unlink(entry);
        return Visit::skip;
    }
    Leave leave(const Entry& entry) override {
        if (entry.path.empty()) return Leave::done;
        if (unlink_freed(entry.parent, entry.name, AT_REMOVEDIR)) {
            team_.removed(entry.facts);
        } else if (errno == ENOTEMPTY || errno == EEXIST) {
            if (team_.has_handed_over()) return Leave::done;
            // A listing may miss what moves while entries go; a second look costs little.
            if (++rounds_ > most_rounds)
                throw Error(Errc::busy,
                            "the directory " + escape_name(path_of(entry)) + " is filled while it is removed");
            return Leave::again;
        } else if (errno != ENOENT) {
            fail(entry);
        }
        rounds_ = 0;
        return Leave::done;
    }
    void problem(std::string_view path, const std::string& what) override {
        team_.problem(escape_name(joined(above_, path)) + " " + what);
    }

private:
    [[nodiscard]] std::string path_of(const Entry& entry) const { return joined(above_, entry.path); }
    void unlink(const Entry& entry) {
        if (unlink_freed(entry.parent, entry.name, 0))
            team_.removed(entry.facts);
        else if (errno != ENOENT)
            fail(entry);
    }
    [[noreturn]] void fail(const Entry& entry) {
        const int reason = errno;
        const std::string path = path_of(entry);
        if (reason == EBUSY) refuse_mount(path);
        errno = reason;
        throw_errno("cannot remove " + escape_name(path));
    }
    Team& team_;
    const std::string above_;
    int rounds_ = 0;
};

Team::~Team() {
    {
        const std::lock_guard guard(mutex_);
        leaving_ = true;
    }
    changed_.notify_all();
    if (second_.joinable()) second_.join();
}

std::string Team::empty(int directory) {
    Emptier emptier(*this, "");
    walk(directory, emptier);
    std::unique_lock lock(mutex_);
    take_part(lock, true);
    if (failure_) std::rethrow_exception(failure_);
    return last_problem_;
}

bool Team::hand_over(const Entry& entry, const std::string& path) {
    if (hands_ == Hands::one) return false;
    const std::lock_guard guard(mutex_);
    if (failure_) std::rethrow_exception(failure_);
    if (leaving_) throw Error(Errc::interrupted, "the other thread gave up");
    if (!second_.joinable()) {
        if (removed_.entries < worth_a_thread) return false;
        second_ = std::thread([this] { work(); });
    }
    if (waiting_.size() >= idle_) return false;
    Portion portion{again(entry.parent), again(entry.directory), entry.name, path};
    if (!portion.parent || !portion.directory) return false;  // no descriptors left: it is emptied here
    waiting_.push_back(std::move(portion));
    handed_over_ = true;
    changed_.notify_all();
    return true;
}

void Team::removed(const Facts& facts) {
    const std::lock_guard guard(mutex_);
    count(removed_, facts);
    if (std::this_thread::get_id() == caller_) on_bytes_(removed_.bytes);
}

void Team::problem(std::string what) {
    const std::lock_guard guard(mutex_);
    last_problem_ = std::move(what);
}

void Team::empty_portion(const Portion& portion) {
    Emptier emptier(*this, portion.path);
    walk(portion.directory.get(), emptier);
    const Facts facts = facts_of(portion.directory.get());
    // One that is not empty is met again when the tree is gone over once more.
    if (unlink_freed(portion.parent.get(), portion.name.c_str(), AT_REMOVEDIR)) removed(facts);
}

void Team::take_part(std::unique_lock<std::mutex>& lock, bool to_the_end) {
    for (;;) {
        ++idle_;
        changed_.wait(lock, [&] { return leaving_ || failure_ || !waiting_.empty() || (to_the_end && busy_ == 0); });
        --idle_;
        if (leaving_ || failure_ || waiting_.empty()) return;
        const Portion portion = std::move(waiting_.front());
        waiting_.pop_front();
        ++busy_;
        lock.unlock();
        std::exception_ptr failure;
        try {
            empty_portion(portion);
        } catch (...) {
            failure = std::current_exception();
        }
        lock.lock();
        --busy_;
        if (failure && !failure_) failure_ = failure;
        changed_.notify_all();
    }
}

void Team::work() {
    std::unique_lock lock(mutex_);
    take_part(lock, false);
}

}  // namespace

void count(Removed& removed, const Facts& facts) {
    ++removed.entries;
    if (facts.kind != Kind::directory) ++removed.files;
    if (facts.kind == Kind::directory || facts.links < 2) removed.bytes += facts.allocated;
}

void refuse_mount(std::string_view path) {
    throw Error(Errc::busy, "something is mounted on /" + escape_name(path) + " of the tree")
        .with_hint("unmount it and try again");
}

std::string empty_once(int directory, Hands hands, Removed& removed, const OnBytes& on_bytes) {
    return Team(facts_of(directory).identity.mount, hands, removed, on_bytes).empty(directory);
}

}  // namespace jailctl::tree
