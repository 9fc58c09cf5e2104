#include "jailctl/sdk/lock.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>

#include "interrupt_internal.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/interrupt.hpp"
#include "jailctl/sdk/text.hpp"
#include "jailctl/sdk/value.hpp"

namespace jailctl {

namespace {

using Clock = std::chrono::steady_clock;

UniqueFd open_lock_file(int run_dir, const std::string& name) {
    if (::mkdirat(run_dir, "locks", 0700) != 0 && errno != EEXIST)
        throw_errno("cannot make the directory locks in RUN_DIR");
    const UniqueFd folder(::openat(run_dir, "locks", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!folder) throw_errno("cannot open the directory locks in RUN_DIR");
    UniqueFd file(::openat(folder.get(), name.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600));
    if (!file) throw_errno("cannot open the lock locks/" + name + " in RUN_DIR");
    return file;
}

/// "14:02", with the date in front if that was not today.
std::string time_of_day(std::int64_t unix_seconds) {
    const auto then = static_cast<std::time_t>(unix_seconds), now = static_cast<std::time_t>(unix_now());
    std::tm then_local{}, now_local{};
    ::localtime_r(&then, &then_local);
    ::localtime_r(&now, &now_local);
    const bool today = then_local.tm_yday == now_local.tm_yday && then_local.tm_year == now_local.tm_year;
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), today ? "%H:%M" : "%Y-%m-%d %H:%M", &then_local);
    return text.data();
}

/// Who holds it, as its file says; a holder between lock and note is just "another command".
std::string holder_of(int fd) {
    try {
        ::lseek(fd, 0, SEEK_SET);
        const Value holder = parse_json(read_all(fd, 4096, "the lock"));
        if (!holder["command"].is_string()) return "another command";
        return escape_name(holder["command"].str()) + " by pid " + std::to_string(holder["pid"].num()) + " since " +
               time_of_day(holder["since"].num());
    } catch (const Error&) {
        return "another command";
    }
}

void note_holder(int fd, const std::string& command) {
    Value holder;
    holder.set("command", command).set("pid", static_cast<std::int64_t>(::getpid())).set("since", unix_now());
    // The lock is the flock; the note is for the message of whoever meets it. On a full disk there is none. One length for
    // all, written over the last one: cutting a file to nothing first gives its block back and asks for it again.
    std::string text = to_json(holder);
    text.resize(std::max<std::size_t>(text.size(), 255), ' ');
    text += '\n';
    const bool written = ::pwrite(fd, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
    struct stat status {};
    const bool longer = ::fstat(fd, &status) == 0 && status.st_size > static_cast<off_t>(text.size());
    if ((!written || longer) && ::ftruncate(fd, written ? static_cast<off_t>(text.size()) : 0) != 0) return;
}

/// Takes the lock or says who holds it once `wait` is over. flock has no time limit, so it is asked again and again.
void acquire(int fd, const std::string& what, std::chrono::seconds wait) {
    const auto deadline = Clock::now() + wait;
    while (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR) throw_errno("cannot lock " + what);
        if (Clock::now() >= deadline) {
            throw Error(Errc::busy, what + " is busy: " + holder_of(fd))
                .with_hint("repeat the command when that one has ended, or wait for it with --wait SECONDS");
        }
        pollfd interrupt{interrupt_poll_fd(), POLLIN, 0};
        ::poll(&interrupt, 1, 50);
        Interrupt::check();
    }
}

}  // namespace

Lock Lock::of_jail(int run_dir, const JailName& jail, const std::string& command, std::chrono::seconds wait) {
    UniqueFd file = open_lock_file(run_dir, jail.key() + ".lock");
    acquire(file.get(), jail.text(), wait);
    note_holder(file.get(), command);
    return Lock(std::move(file));
}

Lock Lock::for_allotment(int run_dir) {
    // No jail's lock: names of jails never begin with a dot. Held for milliseconds, so half a minute means it is stuck.
    UniqueFd file = open_lock_file(run_dir, ".allotment");
    acquire(file.get(), "the allotment of ids and addresses", std::chrono::seconds(30));
    note_holder(file.get(), "allotment");
    return Lock(std::move(file));
}

}  // namespace jailctl
