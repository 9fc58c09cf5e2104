#include "talk.hpp"

#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

namespace jailctl::test {

Talk talk(const Site& site, const std::vector<std::string>& args, const std::vector<std::string>& answers,
          const std::function<void()>& at_first_question) {
    int terminal = -1;
    const pid_t child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
    if (child == 0) {
        std::vector<std::string> words{(stage() / "bin/jailctl").string(), "--config", site.config().string()};
        words.insert(words.end(), args.begin(), args.end());
        std::vector<char*> argv;
        for (auto& word : words) argv.push_back(word.data());
        argv.push_back(nullptr);
        ::execv(argv[0], argv.data());
        ::_exit(127);
    }
    Talk out;
    std::size_t answered = 0;
    char buffer[4096];
    pollfd wait{terminal, POLLIN, 0};
    while (::poll(&wait, 1, 60'000) == 1) {
        const ssize_t count = ::read(terminal, buffer, sizeof buffer);
        if (count <= 0) break;  // EIO: the other side is closed
        out.seen.append(buffer, static_cast<std::size_t>(count));
        const bool asks = out.seen.ends_with("assword:") ||
                          out.seen.ends_with("assword: ") || out.seen.ends_with("[y/N] ");
        if (asks && answered < answers.size()) {
            if (answered == 0) at_first_question();
            ::usleep(100'000);  // as a person would: what is typed before echo is off is thrown away with it
            const std::string line = answers[answered++] + "\n";
            EXPECT_EQ(::write(terminal, line.data(), line.size()), static_cast<ssize_t>(line.size()));
        }
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    ::close(terminal);
    out.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return out;
}

}  // namespace jailctl::test
