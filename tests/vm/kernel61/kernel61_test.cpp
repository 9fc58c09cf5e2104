/// The whole life of a jail on Debian's stock kernel 6.1 and pure cgroup v2, in an emulated machine. The machine's
/// serial console is the result: guest-tests prints a line per check.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>

#include "support.hpp"

namespace jailctl::test {
namespace {

const std::string scripts = JAILCTL_VM_SCRIPTS;
const std::string cache = JAILCTL_VM_CACHE;

/// The lines of the serial console, without carriage returns.
std::vector<std::string> console_lines(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        std::erase(line, '\r');
        lines.push_back(line);
    }
    return lines;
}

/// Names of the checks guest-tests makes, from its text: "check NAME ..." and "expected=x check NAME ...".
std::vector<std::string> checks() {
    std::vector<std::string> names;
    std::istringstream stream(slurp(scripts + "/guest-tests"));
    for (std::string line; std::getline(stream, line);) {
        const auto at = line.rfind("check ", 0) == 0 ? 0 : line.rfind("expected=", 0) == 0 ? line.find(" check ") : line.npos;
        if (at == line.npos) continue;
        std::istringstream words(line.substr(at));
        std::string check, name;
        words >> check >> name;
        names.push_back(name);
    }
    return names;
}

Result run_machine(const std::string& work) {
    RunOptions options;
    options.limit = std::chrono::seconds(180);
    options.merge = true;
    return run_command({"qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", "512",
                        "-kernel", cache + "/kernel/vmlinuz", "-initrd", work + "/initrd", "-append",
                        "console=ttyS0 quiet panic=-1", "-drive", "file=" + work + "/disk,format=raw,if=virtio", "-nic",
                        "none", "-display", "none", "-monitor", "none", "-serial", "stdio", "-no-reboot"},
                       options);
}

TEST(Kernel61, RunsTheWholeLifeOfAJailOnPureCgroupV2) {
    JAILCTL_NEEDS_ROOT();
#ifdef JAILCTL_SANITIZED
    GTEST_SKIP() << "the machine is too small and too slow for sanitizers";
#endif
    if (run_command({"qemu-system-x86_64", "--version"}).status != 0) GTEST_SKIP() << "there is no qemu-system-x86_64";
    if (run_command({"mke2fs", "-V"}).status != 0) GTEST_SKIP() << "there is no mke2fs";
    const auto kernel = run_command({"sh", scripts + "/fetch-kernel", cache + "/kernel"});
    if (kernel.status != 0) GTEST_SKIP() << "no kernel to boot: " << kernel.err;
    const auto work = cache + "/machine";
    const auto image = run_command({"sh", scripts + "/make-image", stage().string(), cache + "/kernel", work});
    ASSERT_EQ(image.status, 0) << image.all();

    const auto result = run_machine(work);
    const auto lines = console_lines(result.all());
    const auto has = [&](const std::string& line) { return std::ranges::find(lines, line) != lines.end(); };
    const auto names = checks();
    ASSERT_GT(names.size(), 20U);
    for (const auto& name : names) EXPECT_TRUE(has("PASS " + name)) << name;
    EXPECT_TRUE(has("DONE")) << "the machine did not come to the end within three minutes";
    if (HasFailure()) std::cerr << result.all();
    run_command({"rm", "-rf", work});
}

}  // namespace
}  // namespace jailctl::test
