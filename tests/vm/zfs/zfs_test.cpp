/// Jails on ZFS, on Debian's stock kernel in emulated machines: the modules are built for that. It takes minutes, and
/// the packages are of contrib, so it is asked for: JAILCTL_TEST_ZFS=1 in the environment.
#include <cstdlib>
#include <gtest/gtest.h>

#include "machine.hpp"
#include "support.hpp"

namespace jailctl::test {
namespace {

namespace fs = std::filesystem;
const fs::path scripts = JAILCTL_VM_SCRIPTS;
const fs::path cache = JAILCTL_VM_CACHE;

/// @param suite  of Debian, whose contrib has the OpenZFS
void run_on_zfs(const std::string& machine_name, const std::string& suite, std::size_t checks) {
    Machine machine(scripts / machine_name);
    if (const auto why = machine.missing(); !why.empty()) GTEST_SKIP() << why;
    const fs::path openzfs = cache / ("openzfs-" + suite);
    const auto made =
        run_command({"sh", (scripts / "zfs/make-zfs").string(), machine.kernel().string(), suite, openzfs.string()},
                    {.limit = std::chrono::seconds(1800)});
    ASSERT_EQ(made.status, 0) << made.all();
    const auto image = machine.make_small_host("1500M", {(openzfs / "root").string(), (openzfs / "guest").string(),
                                                         (scripts / "zfs/zfs-host").string()});
    ASSERT_EQ(image.status, 0) << image.all();
    machine.run(2048, std::chrono::seconds(900), "ttyS0");
    machine.expect_all_passed(checks);
    run_command({"rm", "-rf", machine.work().string()});
}

class Zfs : public ::testing::Test {
protected:
    void SetUp() override {
        JAILCTL_NEEDS_ROOT();
        if (std::getenv("JAILCTL_TEST_ZFS") == nullptr)
            GTEST_SKIP() << "set JAILCTL_TEST_ZFS=1: it builds OpenZFS, which takes minutes";
    }
};

TEST_F(Zfs, WarmBackupsAreReadFromSnapshotsAndLeaveNone) { run_on_zfs("zfs", "bookworm-backports", 30); }

TEST_F(Zfs, AnOldOneIsRefusedInSentences) { run_on_zfs("zfs21", "bookworm", 15); }

}  // namespace
}  // namespace jailctl::test
