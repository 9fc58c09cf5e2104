// kill -9 of an extraction: into a directory that is somebody's, where a half of a file would be taken for it.
#include <csignal>

#include "backed_up_site.hpp"
#include "jailctl/sdk/process.hpp"

namespace jailctl::test {
namespace {

namespace fs = std::filesystem;

TEST_F(BackedUpSite, NoHalfFileStandsUnderItsNameWheneverItIsKilled) {
    constexpr std::uintmax_t size = std::uintmax_t{48} << 20;
    const auto noise = site.root("a.test") / "root/noise";
    ASSERT_EQ(run_command({"dd", "if=/dev/urandom", "of=" + noise.string(), "bs=1M", "count=48", "status=none"}).status, 0);
    const auto file = site.path() / "x.tar";
    ASSERT_EQ(backup({file.string()}).status, 0);
    for (int i = 0; i < 16; ++i) {
        const auto target = site.path() / ("taken" + std::to_string(i));
        fs::create_directory(target);
        Program extract;
        extract.path = (stage() / "bin/jailctl").string();
        extract.arguments = {"--config", site.config().string(), "extract", file.string(), "root/noise", "--to", target.string()};
        ChildProcess running = spawn(extract, STDERR_FILENO);
        ::usleep(static_cast<useconds_t>(i) * 8000);
        running.kill(SIGKILL);
        (void)running.wait();
        const auto taken = target / "root/noise";
        EXPECT_TRUE(!fs::exists(taken) || fs::file_size(taken) == size) << fs::file_size(taken) << " bytes, killed as " << i;
    }
    const auto target = site.path() / "whole";
    fs::create_directory(target);
    ASSERT_EQ(site.jailctl({"extract", file.string(), "root/noise", "--to", target.string()}).status, 0);
    EXPECT_EQ(run_command({"cmp", noise.string(), (target / "root/noise").string()}).status, 0);
    EXPECT_EQ(std::distance(fs::directory_iterator(target / "root"), {}), 1);
}

}  // namespace
}  // namespace jailctl::test
