/// apart PROGRAM [ARGUMENT...]: runs a test so that others can run beside it.
///
/// What tests of jails compare before and after is the machine's: control groups, mounts, names of network
/// namespaces. The program gets a control group in every hierarchy, which it sees as the hierarchy's root, a mount
/// namespace and a /run/netns, /run/jailctl and /var/lib/jailctl of its own. What it left in them is an error, and
/// taken away. Not root: the program runs as it is. Ends with the program's status, 1 where it left something, 125
/// where it could not be run.
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sched.h>
#include <sstream>
#include <stdexcept>
#include <string>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace {
namespace fs = std::filesystem;

struct Hierarchy {
    fs::path top, ours;
    bool v2 = false;
};

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what + ": " + std::strerror(errno)); }

/// Those mounted from their root, as on a host; proc_pid_mountinfo(5).
std::vector<Hierarchy> hierarchies(const std::string& name) {
    std::vector<Hierarchy> found;
    std::ifstream table("/proc/self/mountinfo");
    for (std::string line; std::getline(table, line);) {
        std::istringstream words(line);
        std::string ignored, root, at, type;
        words >> ignored >> ignored >> ignored >> root >> at;
        const auto dash = line.find(" - ");
        if (dash == std::string::npos || root != "/") continue;
        std::istringstream(line.substr(dash + 3)) >> type;
        if (type == "cgroup" || type == "cgroup2") found.push_back({at, fs::path(at) / name, type == "cgroup2"});
    }
    return found;
}

void write_to(const fs::path& file, const std::string& text) {
    const int opened = ::open(file.c_str(), O_WRONLY | O_CLOEXEC);
    if (opened < 0 || ::write(opened, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
        fail("cannot write " + file.string());
    ::close(opened);
}

std::string line_of(const fs::path& file) {
    std::string line;
    std::getline(std::ifstream(file) >> std::ws, line);
    return line;
}

/// @return false: control groups cannot be changed here, as in a container
bool make(const Hierarchy& one) {
    if (::mkdir(one.ours.c_str(), 0755) != 0) {
        if (errno == EROFS || errno == EACCES || errno == EPERM) return false;
        fail("cannot make " + one.ours.string());
    }
    // A cpuset without processors and memory takes no process.
    for (const char* file : {"cpuset.cpus", "cpuset.mems"})
        if (!one.v2 && fs::exists(one.top / file)) write_to(one.ours / file, line_of(one.top / file));
    if (one.v2) fs::create_directory(one.ours / "test");
    return true;
}

/// On v2 a group with processes hands no controller down, so the test itself goes into a leaf first.
void hand_down(const Hierarchy& one) {
    write_to(one.ours / "test/cgroup.procs", "0");
    std::istringstream handed(line_of(one.top / "cgroup.subtree_control"));
    for (std::string controller; handed >> controller;) write_to(one.ours / "cgroup.subtree_control", "+" + controller);
}

void join(const std::vector<Hierarchy>& all) {
    for (const auto& one : all) write_to(one.ours / "cgroup.procs", "0");
    if (::unshare(CLONE_NEWCGROUP | CLONE_NEWNS) != 0) {
        if (errno == EPERM) return;  // root of a container: tests that need more say so themselves
        fail("unshare");
    }
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) fail("cannot make mounts private");
    for (const auto& one : all) {
        if (one.v2) hand_down(one);
        if (::mount(one.ours.c_str(), one.top.c_str(), nullptr, MS_BIND, nullptr) != 0)
            fail("cannot bind " + one.top.string());
    }
    for (const char* directory : {"/run/netns", "/run/jailctl", "/var/lib/jailctl"}) {
        fs::create_directories(directory);
        if (::mount("apart", directory, "tmpfs", MS_NOSUID | MS_NODEV, "size=1m,mode=0700") != 0)
            fail(std::string("cannot mount ") + directory);
    }
}

[[noreturn]] void become(char** argv) {
    ::execvp(argv[0], argv);
    std::perror(argv[0]);
    ::_exit(125);
}

void remove_soon(const fs::path& directory) {
    for (int attempt = 0; attempt < 100 && ::rmdir(directory.c_str()) != 0 && errno == EBUSY; ++attempt)
        ::usleep(20000);
}

/// From the deepest up; what is no directory is the kernel's. Says what the test left.
bool take_away(const Hierarchy& one) {
    std::vector<fs::path> left;
    std::error_code gone;
    for (fs::recursive_directory_iterator at(one.ours, gone), end; !gone && at != end; at.increment(gone))
        if (at->is_directory(gone) && at->path() != one.ours / "test") left.push_back(at->path());
    // The directory that all jails share stays after the last one.
    std::erase_if(left, [&](const fs::path& path) { return path == one.ours / "jailctl" && left.size() == 1; });
    for (auto path = left.rbegin(); path != left.rend(); ++path) {
        std::fprintf(stderr, "apart: the test left %s\n", path->c_str());
        remove_soon(*path);
    }
    for (const fs::path& path : {one.ours / "jailctl", one.ours / "test", one.ours}) remove_soon(path);
    return left.empty();
}

int status_of(int waited) {
    if (!WIFSIGNALED(waited)) return WEXITSTATUS(waited);
    std::fprintf(stderr, "apart: the test was ended by signal %d\n", WTERMSIG(waited));
    return 128 + WTERMSIG(waited);
}

int wait_for(pid_t child) {
    int waited = 0;
    while (::waitpid(child, &waited, 0) < 0 && errno == EINTR) {}
    return waited;
}

/// The test, in its groups. It ends with us.
pid_t begin(const std::vector<Hierarchy>& all, char** argv) {
    const pid_t child = ::fork();
    if (child < 0) fail("fork");
    if (child != 0) return child;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    try {
        join(all);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "apart: %s\n", error.what());
        ::_exit(125);
    }
    become(argv);
}

pid_t test = 0;

/// Runs the test and takes away what it left.
int keep_apart(char** argv) {
    // With the time: pids come round again, and a keeper that was killed itself left its groups.
    const std::string name = "jailctl-test-" + std::to_string(::getpid()) + "-" + std::to_string(::time(nullptr));
    auto all = hierarchies(name);
    std::erase_if(all, [](const Hierarchy& one) { return !make(one); });
    test = begin(all, argv);
    ::signal(SIGTERM, [](int) { ::kill(test, SIGKILL); });
    const int status = status_of(wait_for(test));
    for (const auto& one : all)
        if (one.v2) std::ofstream(one.ours / "cgroup.kill") << 1;  // what the test started and left
    bool clean = true;
    for (const auto& one : all) clean = take_away(one) && clean;
    return status != 0 || clean ? status : 1;
}

/// In a process of its own: ctest kills the one it started when the time is over, and nobody would clean up.
int run(char** argv) {
    const pid_t keeper = ::fork();
    if (keeper < 0) fail("fork");
    if (keeper != 0) return status_of(wait_for(keeper));
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    ::setsid();
    try {
        ::_exit(keep_apart(argv));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "apart: %s\n", error.what());
        ::_exit(125);
    }
}

}  // namespace

int main(int argc, char** argv) try {
    if (argc < 2) return 125;
    if (::geteuid() != 0) become(argv + 1);
    return run(argv + 1);
} catch (const std::exception& error) {
    std::fprintf(stderr, "apart: %s\n", error.what());
    return 125;
}
