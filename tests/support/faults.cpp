#include "faults.hpp"

#include <csignal>
#include <gtest/gtest.h>

namespace jailctl::test {

RunOptions kill_at(int point) {
    RunOptions options;
    options.environment = {"JAILCTL_FAULT=kill:" + std::to_string(point)};
    return options;
}

bool killed_at(int point, const Site& site, const std::vector<std::string>& words) {
    const Result result = site.jailctl(words, kill_at(point));
    if (result.status == 128 + SIGKILL) return true;
    EXPECT_EQ(result.status, 0) << "point " << point << ": " << result.all();
    return false;
}

Result traced(const Site& site, const std::vector<std::string>& strace_options, const std::vector<std::string>& words) {
    std::vector<std::string> argv{"strace"};
    argv.insert(argv.end(), strace_options.begin(), strace_options.end());
    for (const auto& word : {(stage() / "bin/jailctl").string(), std::string("--config"), site.config().string()})
        argv.push_back(word);
    argv.insert(argv.end(), words.begin(), words.end());
    RunOptions options;
    options.environment = {no_leak_search};
    return run_command(argv, options);
}

bool killed_at_call(const std::string& call, int n, const Site& site, const std::vector<std::string>& words) {
    const std::string inject = "inject=" + call + ":signal=KILL:when=" + std::to_string(n);
    const Result result = traced(site, {"-o", "/dev/null", "-e", "trace=" + call, "-e", inject}, words);
    if (result.status == 128 + SIGKILL) return true;
    EXPECT_EQ(result.status, 0) << call << " " << n << ": " << result.all();
    return false;
}

}  // namespace jailctl::test
