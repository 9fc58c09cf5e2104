#include "command.hpp"

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace jailctl::test {
namespace {

using Clock = std::chrono::steady_clock;

struct Ends {
    int read = -1, write = -1;
};

Ends make_ends() {
    int fds[2];
    if (::pipe2(fds, O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
    return {fds[0], fds[1]};
}

[[noreturn]] void become(const std::vector<std::string>& argv, const RunOptions& options, int in, int out, int err) {
    if (!options.network_namespace.empty()) {
        const int fd = ::open(options.network_namespace.c_str(), O_RDONLY | O_CLOEXEC);
        if (fd < 0 || ::setns(fd, CLONE_NEWNET) != 0) ::_exit(125);
    }
    ::dup2(in, 0);
    ::dup2(out, 1);
    ::dup2(err, 2);
    ::clearenv();
    ::setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
    ::setenv("HOME", "/root", 1);
    for (const auto& pair : options.environment) {
        const auto equals = pair.find('=');
        ::setenv(pair.substr(0, equals).c_str(), pair.substr(equals + 1).c_str(), 1);
    }
    std::vector<char*> words;
    for (const auto& word : argv) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    ::execvp(words[0], words.data());
    ::_exit(127);
}

/// Moves what is ready between the child's pipes and the result until both outputs are closed or the limit is over.
void pump(Result& result, Ends& in, int out, int err, const std::string& input, Clock::time_point deadline) {
    std::size_t sent = 0;
    bool out_open = true, err_open = true;
    ::fcntl(in.write, F_SETFL, O_NONBLOCK);
    while (out_open || err_open) {
        if (in.write >= 0 && sent == input.size()) ::close(std::exchange(in.write, -1));
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
        if (left <= 0) return;
        pollfd set[3] = {{out_open ? out : -1, POLLIN, 0}, {err_open ? err : -1, POLLIN, 0}, {in.write, POLLOUT, 0}};
        ::poll(set, 3, static_cast<int>(left));
        char buffer[65536];
        for (int i = 0; i < 2; ++i) {
            if (set[i].revents == 0) continue;
            const auto n = ::read(set[i].fd, buffer, sizeof buffer);
            if (n > 0) (i == 0 ? result.out : result.err).append(buffer, static_cast<std::size_t>(n));
            if (n == 0) (i == 0 ? out_open : err_open) = false;
        }
        if (in.write >= 0 && set[2].revents != 0) {
            const auto n = ::write(in.write, input.data() + sent, input.size() - sent);
            sent = n < 0 && errno != EAGAIN ? input.size() : sent + static_cast<std::size_t>(n < 0 ? 0 : n);
        }
    }
}

}  // namespace

Result run_command(const std::vector<std::string>& argv, const RunOptions& options) {
    Ends in = make_ends(), out = make_ends(), err = options.merge ? Ends{} : make_ends();
    const pid_t pid = ::fork();
    if (pid < 0) throw std::runtime_error("fork");
    if (pid == 0) become(argv, options, in.read, out.write, options.merge ? out.write : err.write);
    ::close(in.read);
    ::close(out.write);
    if (!options.merge) ::close(err.write);
    Result result;
    const auto deadline = Clock::now() + options.limit;
    std::signal(SIGPIPE, SIG_IGN);
    pump(result, in, out.read, options.merge ? ::open("/dev/null", O_RDONLY | O_CLOEXEC) : err.read, options.input,
         deadline);
    int status = 0;
    while (::waitpid(pid, &status, WNOHANG) == 0) {
        if (Clock::now() > deadline) {
            ::kill(pid, SIGKILL);
            ::waitpid(pid, &status, 0);
            result.err += "\n[killed by the test's time limit]";
            return result;
        }
        ::usleep(2000);
    }
    for (const int fd : {in.write, out.read, err.read})
        if (fd >= 0) ::close(fd);
    result.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    result.status = result.signal != 0 ? 128 + result.signal : WEXITSTATUS(status);
    return result;
}

std::filesystem::path stage() {
    const char* given = std::getenv("JAILCTL_STAGE");
    return given != nullptr ? given : JAILCTL_STAGE;
}

}  // namespace jailctl::test
