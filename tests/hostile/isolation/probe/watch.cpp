#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <dirent.h>
#include <fcntl.h>
#include <set>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "probe.hpp"

namespace probe {
namespace {

struct Findings {
    long seen = 0, refused = 0;
    std::set<std::string> found;
};

/// What a process runs: a program of the jail's, one that is not (a copy of jailctl on its way in: not to be looked at,
/// or of another file), or none any more, for it has ended.
enum class Runs { ours, another, nothing };

bool is_same(const struct stat& one, const struct stat& other) {
    return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

bool is_program_of_the_jail(const struct stat& program, const struct stat& busybox) {
    struct stat self {};
    stat("/proc/self/exe", &self);
    return is_same(program, busybox) || is_same(program, self);
}

Runs what_runs(const std::string& process, const struct stat& busybox) {
    struct stat program {};
    if (stat((process + "/exe").c_str(), &program) != 0)
        return errno == ENOENT || errno == ESRCH ? Runs::nothing : Runs::another;
    return is_program_of_the_jail(program, busybox) ? Runs::ours : Runs::another;
}

std::string text_of(const std::string& path) {
    const int file = open(path.c_str(), O_RDONLY | O_NONBLOCK);
    char text[16384];
    const ssize_t got = file < 0 ? -1 : read(file, text, sizeof text);
    if (file >= 0) close(file);
    return got > 0 ? std::string(text, static_cast<std::size_t>(got)) : std::string();
}

void note(Findings& findings, bool got, const std::string& process, const struct stat& busybox, const char* what) {
    if (!got) ++findings.refused;
    // It may have become the jail's program between our two looks, and that may have ended since.
    else if (what_runs(process, busybox) == Runs::another) findings.found.insert(what);
}

/// Whether its program can be opened and is none of the jail's: the open file tells, whatever became of the process.
bool opens_program_of_host(const std::string& process, const struct stat& busybox) {
    const int file = open((process + "/exe").c_str(), O_RDONLY | O_CLOEXEC);
    struct stat program {};
    const bool found = file >= 0 && fstat(file, &program) == 0 && !is_program_of_the_jail(program, busybox);
    if (file >= 0) close(file);
    return found;
}

bool opens(const std::string& path, int flags) {
    const int file = open(path.c_str(), flags | O_CLOEXEC);
    if (file >= 0) close(file);
    return file >= 0;
}

/// Whether it can be looked at and is not the jail's own: of a process that ends, the kernel shows these to its equals.
bool opens_another(const std::string& path, const char* own) {
    struct stat theirs {}, ours {};
    return stat(path.c_str(), &theirs) == 0 && stat(own, &ours) == 0 &&
           (theirs.st_dev != ours.st_dev || theirs.st_ino != ours.st_ino);
}

bool takes_descriptor(pid_t pid) {
    const int process = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
    bool taken = false;
    for (int number = 3; process >= 0 && number < 16; ++number) {
        const int stolen = static_cast<int>(syscall(SYS_pidfd_getfd, process, number, 0));
        if (stolen < 0) continue;
        close(stolen);
        taken = true;
    }
    if (process >= 0) close(process);
    return taken;
}

void pry(Findings& findings, pid_t pid, const struct stat& busybox) {
    const std::string process = "/proc/" + std::to_string(pid);
    if (what_runs(process, busybox) == Runs::ours) return;
    const auto look = [&](const char* what, bool got) { note(findings, got, process, busybox, what); };
    if (opens_program_of_host(process, busybox)) findings.found.insert("exe");
    // The same check as for ptrace, which would keep what it seized.
    look("mem", opens(process + "/mem", O_RDWR));
    look("root", opens_another(process + "/root/.", "/"));
    look("cwd", opens_another(process + "/cwd/.", "/"));
    // 0 to 2 are the command's own, and may be looked at while it ends.
    for (int number = 3; number < 12; ++number)
        look("fd", opens(process + "/fd/" + std::to_string(number), O_PATH));
    look("ns", opens_another(process + "/ns/mnt", "/proc/self/ns/mnt"));
    look("maps", text_of(process + "/maps").find("jailctl") != std::string::npos);
    look("environ", text_of(process + "/environ").find("CANARY") != std::string::npos);
    look("pidfd_getfd", takes_descriptor(pid));
}

}  // namespace

/// Pries at every process that appears until /root/watched exists, `seconds` at most.
int watch(int seconds) {
    Findings findings;
    struct stat busybox {};
    stat("/bin/busybox", &busybox);
    const time_t until = time(nullptr) + seconds;
    while (time(nullptr) < until && access("/root/watched", F_OK) != 0) {
        DIR* all = opendir("/proc");
        while (const dirent* entry = all != nullptr ? readdir(all) : nullptr) {
            const pid_t pid = std::atoi(entry->d_name);
            if (pid <= 1 || pid == getpid()) continue;
            ++findings.seen;
            pry(findings, pid, busybox);
        }
        if (all != nullptr) closedir(all);
    }
    say("seen", std::to_string(findings.seen));
    say("refused", std::to_string(findings.refused));
    std::string all;
    for (const auto& one : findings.found) all += one + " ";
    say("found", all);
    return 0;
}

}  // namespace probe
