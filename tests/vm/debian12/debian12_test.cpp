/// A whole Debian 12 in an emulated machine: its stock kernel, systemd, pure cgroup v2, jailctl installed below
/// /usr/local. It boots twice; guest-tests says what is checked.
#include <gtest/gtest.h>
#include <sstream>
#include <unistd.h>

#include "machine.hpp"
#include "support.hpp"

namespace jailctl::test {
namespace {

const std::string scripts = JAILCTL_MACHINE;

/// What a jail's own scripts wrote down, from the disk of the machine that is off.
std::vector<std::string> trace_of(const std::string& jail, const std::filesystem::path& disk) {
    const auto read = run_command({"debugfs", "-R", "cat /srv/jails/" + jail + "/root/trace", disk.string()});
    std::vector<std::string> words;
    std::istringstream lines(read.out);
    for (std::string word, time; lines >> word >> time;) words.push_back(word);
    return words;
}

TEST(Debian12, RunsJailsUnderSystemdOnPureCgroupV2) {
    JAILCTL_NEEDS_ROOT();
    Machine machine(scripts);
    if (const auto why = machine.missing(); !why.empty()) GTEST_SKIP() << why;
    const auto debian = run_command({"sh", JAILCTL_MAKE_DEBIAN, JAILCTL_DEBIAN}, {.limit = std::chrono::seconds(300)});
    if (debian.status != 0)
        GTEST_SKIP() << "no Debian could be made: mmdebstrap or a mirror is missing: " << debian.err;
    const auto image = run_command({"sh", scripts + "/make-image", stage().string(), machine.kernel().string(),
                                    JAILCTL_DEBIAN, JAILCTL_ROOT_TESTS, machine.work().string()});
    ASSERT_EQ(image.status, 0) << image.all();
    machine.run(2048, std::chrono::seconds(900), "ttyS1");
    machine.expect_all_passed();
    for (const std::string jail : {"a.test", "b.test"}) {
        const auto trace = trace_of(jail, machine.work() / "disk");
        ASSERT_FALSE(trace.empty()) << jail;
        EXPECT_EQ(trace.back(), "stop") << jail << " was not stopped when the machine powered off";
    }
    run_command({"rm", "-rf", machine.work().string()});
}

}  // namespace
}  // namespace jailctl::test
