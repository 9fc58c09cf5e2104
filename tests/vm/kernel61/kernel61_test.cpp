/// The whole life of a jail on Debian's stock kernel 6.1 and pure cgroup v2 in an emulated machine that has nothing but
/// busybox: no systemd, no shared mounts, no other cgroups.
#include <gtest/gtest.h>
#include <unistd.h>

#include "machine.hpp"
#include "support.hpp"

namespace jailctl::test {
namespace {

const std::string scripts = JAILCTL_MACHINE;

TEST(Kernel61, RunsTheWholeLifeOfAJailOnPureCgroupV2) {
    JAILCTL_NEEDS_ROOT();
    Machine machine(scripts);
    if (const auto why = machine.missing(); !why.empty()) GTEST_SKIP() << why;
    const auto image = run_command({"sh", scripts + "/make-image", stage().string(), machine.kernel().string(),
                                    machine.work().string(), JAILCTL_APART});
    ASSERT_EQ(image.status, 0) << image.all();
    machine.run(512, std::chrono::seconds(180), "ttyS0");
    machine.expect_all_passed();
    run_command({"rm", "-rf", machine.work().string()});
}

}  // namespace
}  // namespace jailctl::test
