#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace jailctl::test {

/// How a command ended and what it printed.
struct Result {
    int status = -1;  ///< exit status; 128+N if it ended by signal N; -1 if it was killed by the time limit
    int signal = 0;
    std::string out, err;
    [[nodiscard]] std::string all() const { return out + err; }
};

/// For what runs under strace: of a sanitizer build, whose search for leaks works under no tracer.
constexpr const char* no_leak_search = "ASAN_OPTIONS=detect_leaks=0";

struct RunOptions {
    std::string input{};                      ///< given on stdin, then closed
    std::vector<std::string> environment{};   ///< "NAME=value", over a minimal environment
    std::chrono::seconds limit{120};
    std::string network_namespace{};          ///< path such as /run/netns/x: entered first
    bool merge = false;                     ///< stderr joins stdout, in order
};

/// Runs argv[0] (absolute, or searched in PATH) without a shell, never longer than the limit.
Result run_command(const std::vector<std::string>& argv, const RunOptions& options = {});

/// Where `cmake --install` put the product for this build: environment JAILCTL_STAGE, else the build's stage.
std::filesystem::path stage();

}  // namespace jailctl::test
