#include "jailctl/sdk/lock.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "interrupt_internal.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/interrupt.hpp"
#include "jailctl/sdk/value.hpp"
#include "lock_holders.hpp"

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

void note_holder(int fd, const std::string& command) {
    Value holder;
    holder.set("command", command).set("pid", static_cast<std::int64_t>(::getpid())).set("since", unix_now());
    // The lock is the flock; the note is for the message of whoever meets it. On a full disk there is none. One length
    // for all, written over the last one: cutting a file to nothing first gives its block back and asks for it again.
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
            throw Error(Errc::busy, what + " is busy: " + lock_holder(fd).text)
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
