#include <cerrno>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/statfs.h>
#include <sys/wait.h>

#include "isolate.hpp"
#include "trees.hpp"

namespace jailctl::tree::test {
namespace {

/// Runs `look` in a process isolated on `root`; it returns "" or what it could reach.
std::string isolated(const fs::path& root, const fs::path& source, bool read_only,
                     const std::function<std::string(int, int)>& look) {
    Pipe answer = make_pipe();
    const pid_t pid = ::fork();
    if (pid == 0) {
        std::string text;
        try {
            Request request;
            request.action = "look";
            request.read_only = read_only;
            request.root = ::open(root.c_str(), O_PATH | O_DIRECTORY);
            request.descriptors = {{"source", ::open(source.c_str(), O_RDONLY | O_DIRECTORY)},
                                   {"answer", answer.write.get()}};
            prepare_process(request);
            const UniqueFd top = isolate(request);
            text = look(top.get(), request.descriptors[0].second);
        } catch (const std::exception& error) {
            text = error.what();
        }
        (void)!::write(answer.write.get(), text.data(), text.size());
        ::_exit(0);
    }
    answer.write.reset();
    std::string text(4096, '\0');
    const ssize_t size = ::read(answer.read.get(), text.data(), text.size());
    text.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    ::waitpid(pid, nullptr, 0);
    return text;
}

TEST_F(TreeActions, AnIsolatedProcessSeesTheRootAlone) {
    spit(tree_ / "mine", "x");
    spit(other_ / "given", "x");
    EXPECT_EQ(isolated(tree_, other_, false, [](int root, int source) -> std::string {
        struct stat up{}, here{};
        ::fstat(root, &here);
        if (::access("/mine", F_OK) != 0) return "its own file is missing";
        if (::access("/etc/passwd", F_OK) == 0 || ::access("/proc/self", F_OK) == 0)
            return "the host's files are there";
        if (::fstatat(root, "../../..", &up, 0) != 0 || up.st_ino != here.st_ino) return "it climbs out of the root";
        ::fstat(source, &here);
        if (::fstatat(source, "../..", &up, 0) != 0 || up.st_ino != here.st_ino) return "it climbs out of the source";
        if (::faccessat(source, "given", F_OK, 0) != 0) return "the source is empty";
        if (::openat(source, "new", O_WRONLY | O_CREAT, 0600) >= 0) return "the source can be written";
        if (::openat(root, "new", O_WRONLY | O_CREAT, 0600) < 0) return "the root cannot be written";
        return {};
    }), "");
    EXPECT_TRUE(exists(tree_ / "new"));
    EXPECT_EQ(isolated(tree_, other_, true, [](int root, int) -> std::string {
        return ::openat(root, "more", O_WRONLY | O_CREAT, 0600) >= 0 ? "a read-only root can be written" : "";
    }), "");
}

TEST_F(TreeActions, AnIsolatedProcessIsRefusedWhatLeadsOut) {
#ifdef JAILCTL_SANITIZED
    GTEST_SKIP() << "a sanitized build sets no filter of system calls";
#endif
    EXPECT_EQ(isolated(tree_, other_, false, [](int, int) -> std::string {
        const auto refused = [](long result) { return result < 0 && errno == EPERM; };
        char program[] = "/bin/sh";
        char* argv[] = {program, nullptr};
        if (!refused(::socket(AF_INET, SOCK_STREAM, 0))) return "sockets";
        if (!refused(::mount("none", "/", "tmpfs", 0, nullptr))) return "mounts";
        if (!refused(::unshare(CLONE_NEWUSER))) return "namespaces";
        if (!refused(::ptrace(PTRACE_ATTACH, ::getppid(), nullptr, nullptr))) return "ptrace";
        if (!refused(::execve(program, argv, argv))) return "programs";
        if (!refused(::kill(::getppid(), 0))) return "signals";
        if (!refused(::fork())) return "processes";
        return {};
    }), "");
}

}  // namespace
}  // namespace jailctl::tree::test
