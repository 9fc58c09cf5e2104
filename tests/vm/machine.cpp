#include "machine.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <iostream>
#include <sstream>

#include "support.hpp"

namespace jailctl::test {
namespace {

namespace fs = std::filesystem;
const fs::path shared = JAILCTL_VM_SCRIPTS;
const fs::path cache = JAILCTL_VM_CACHE;

/// The lines of a serial console, without carriage returns.
std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        std::erase(line, '\r');
        lines.push_back(line);
    }
    return lines;
}

/// Names of the checks that a guest makes, from its text: "check NAME ..." at the beginning of a line, or after
/// "expected=x ". One in a loop ("check create-$jail") is not known by name.
std::vector<std::string> checks_in(const std::string& text) {
    std::vector<std::string> names;
    for (const auto& line : lines_of(text)) {
        std::istringstream words(line);
        std::string word, name;
        words >> word;
        if (word.starts_with("expected=")) words >> word;
        if (word == "check" && words >> name && name.find('$') == name.npos) names.push_back(name);
    }
    return names;
}

}  // namespace

Machine::Machine(fs::path scripts) : scripts_(std::move(scripts)), work_(cache / scripts_.filename()) {}

fs::path Machine::kernel() const { return cache / "kernel"; }

std::string Machine::missing() const {
#ifdef JAILCTL_SANITIZED
    return "the machine is too small and too slow for sanitizers";
#endif
    if (run_command({"qemu-system-x86_64", "--version"}).status != 0) return "there is no qemu-system-x86_64";
    if (run_command({"mke2fs", "-V"}).status != 0) return "there is no mke2fs";
    const auto fetched = run_command({"sh", (shared / "fetch-kernel").string(), kernel().string()});
    return fetched.status == 0 ? "" : "no kernel to boot: " + fetched.err;
}

Result Machine::make_small_host(const std::string& size, const std::vector<std::string>& more) const {
    std::vector<std::string> command{"sh", (shared / "make-small-host").string(), stage().string(), kernel().string(),
                                     work_.string(), scripts_.string(), size};
    command.insert(command.end(), more.begin(), more.end());
    return run_command(command);
}

void Machine::run(int memory, std::chrono::seconds limit, const std::string& results) {
    const auto console = work_ / "console", other = work_ / "results";
    std::vector<std::string> command{"qemu-system-x86_64",
                                     "-accel",
                                     "tcg,thread=multi",
                                     "-cpu",
                                     "max",
                                     "-smp",
                                     "2",
                                     "-m",
                                     std::to_string(memory),
                                     "-kernel",
                                     (kernel() / "vmlinuz").string(),
                                     "-initrd",
                                     (work_ / "initrd").string(),
                                     "-append",
                                     "console=ttyS0 quiet panic=-1 mitigations=off systemd.show_status=no",
                                     "-drive",
                                     "file=" + (work_ / "disk").string() + ",format=raw,if=virtio,cache=unsafe",
                                     "-nic",
                                     "none",
                                     "-display",
                                     "none",
                                     "-monitor",
                                     "none",
                                     "-serial",
                                     "file:" + console.string(),
                                     "-serial",
                                     "file:" + other.string()};
    RunOptions options;
    options.limit = limit;
    options.merge = true;
    const Result machine = run_command(command, options);
    console_ = slurp(console) + machine.all();
    lines_ = lines_of(slurp(results == "ttyS0" ? console : other));
}

void Machine::expect_all_passed(std::size_t at_least) const {
    const auto has = [this](const std::string& line) { return std::ranges::find(lines_, line) != lines_.end(); };
    const auto names = checks_in(slurp(scripts_ / "guest-tests"));
    EXPECT_GE(names.size(), at_least);
    for (const auto& name : names) EXPECT_TRUE(has("PASS " + name)) << name;
    for (const auto& line : lines_) EXPECT_FALSE(line.starts_with("FAIL ")) << line;
    EXPECT_TRUE(has("DONE")) << "the machine did not come to its end";
    if (!::testing::Test::HasFailure()) return;
    for (const auto& line : lines_) std::cerr << line << "\n";
    std::cerr << console_.substr(console_.size() > 20000 ? console_.size() - 20000 : 0) << "\n";
}

}  // namespace jailctl::test
