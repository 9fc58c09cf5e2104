/// The whole life of a jail on Debian's stock kernel 6.1 and pure cgroup v2 in an emulated machine that has nothing but
/// busybox: no systemd, no shared mounts, no other cgroups.
#include <gtest/gtest.h>
#include <unistd.h>

#include "machine.hpp"
#include "support.hpp"

namespace jailctl::test {
namespace {

TEST(Kernel61, RunsTheWholeLifeOfAJailOnPureCgroupV2) {
    JAILCTL_NEEDS_ROOT();
    Machine machine(JAILCTL_MACHINE);
    if (const auto why = machine.missing(); !why.empty()) GTEST_SKIP() << why;
    // The program that runs tests beside each other meets no control groups like these elsewhere.
    const auto image = machine.make_small_host("256M", {JAILCTL_APART});
    ASSERT_EQ(image.status, 0) << image.all();
    machine.run(512, std::chrono::seconds(180), "ttyS0");
    machine.expect_all_passed();
    run_command({"rm", "-rf", machine.work().string()});
}

}  // namespace
}  // namespace jailctl::test
