// kill -9 of an extraction: into a directory that is somebody's, where a half of a file would be taken for it.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/file.h>

#include <csignal>
#include <set>

#include "backed_up_site.hpp"
#include "jailctl/sdk/process.hpp"

namespace jailctl::test {
namespace {

namespace fs = std::filesystem;

TEST_F(BackedUpSite, NoHalfFileStandsUnderItsNameWheneverItIsKilled) {
    constexpr std::uintmax_t size = std::uintmax_t{48} << 20;
    const auto noise = site.root("a.test") / "root/noise";
    ASSERT_EQ(run_command({"dd", "if=/dev/urandom", "of=" + noise.string(), "bs=1M", "count=48", "status=none"}).status,
              0);
    const auto file = site.path() / "x.tar";
    ASSERT_EQ(backup({file.string()}).status, 0);
    for (int i = 0; i < 16; ++i) {
        const auto target = site.path() / ("taken" + std::to_string(i));
        fs::create_directory(target);
        Program extract;
        extract.path = (stage() / "bin/jailctl").string();
        extract.arguments = {"--config", site.config().string(), "extract", file.string(), "root/noise",
                             "--to",     target.string()};
        ChildProcess running = spawn(extract, STDERR_FILENO);
        ::usleep(static_cast<useconds_t>(i) * 8000);
        running.kill(SIGKILL);
        (void)running.wait();
        const auto taken = target / "root/noise";
        EXPECT_TRUE(!fs::exists(taken) || fs::file_size(taken) == size)
            << fs::file_size(taken) << " bytes, killed as " << i;
    }
    const auto target = site.path() / "whole";
    fs::create_directory(target);
    ASSERT_EQ(site.jailctl({"extract", file.string(), "root/noise", "--to", target.string()}).status, 0);
    EXPECT_EQ(run_command({"cmp", noise.string(), (target / "root/noise").string()}).status, 0);
    EXPECT_EQ(std::distance(fs::directory_iterator(target / "root"), {}), 1);
}

std::set<std::string> names_in(const fs::path& directory) {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(directory)) names.insert(entry.path().filename());
    return names;
}

/// Killed when something is there: the rest takes far longer than to see that, mostly. @return the names in the target
std::set<std::string> names_after_a_kill(Site& site, const fs::path& archive, const fs::path& target,
                                         const std::string& path) {
    for (int attempt = 0; attempt < 20; ++attempt) {
        Program extract;
        extract.path = (stage() / "bin/jailctl").string();
        extract.arguments = {"--config", site.config().string(), "extract", archive.string(), path,
                             "--to",     target.string()};
        ChildProcess running = spawn(extract, STDERR_FILENO);
        for (int i = 0; i < 40000 && fs::is_empty(target); ++i) ::usleep(500);
        running.kill(SIGKILL);
        (void)running.wait();
        auto names = names_in(target);
        for (const auto& name : names) {  // its helper ends on its own
            const UniqueFd left(::open((target / name).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
            EXPECT_EQ(::flock(left.get(), LOCK_EX), 0);
        }
        if (!names.contains(fs::path(path).begin()->string())) return names;
        EXPECT_EQ(names.size(), 1U) << "whole, it stands alone";
        for (const auto& name : names) fs::remove_all(target / name);
    }
    return {};
}

class KilledExtract : public BackedUpSite {
protected:
    void SetUp() override {
        BackedUpSite::SetUp();
        const auto top = site.root("a.test") / "root/dir";
        fs::create_directory(top);
        for (int i = 0; i < 400; ++i) spit(top / std::to_string(i), std::string(200'000, 'x') + std::to_string(i));
        ASSERT_EQ(backup({archive.string()}).status, 0);
        for (const auto& one : {target, other}) fs::create_directory(one);
    }
    fs::path archive = site.path() / "x.tar", target = site.path() / "taken", other = site.path() / "other";
};

TEST_F(KilledExtract, OfADirectoryNothingStandsUnderItsNameAndTheNextOneClearsUp) {
    const auto left = names_after_a_kill(site, archive, target, "root/dir");
    ASSERT_EQ(left.size(), 1U);
    EXPECT_THAT(*left.begin(), ::testing::StartsWith(".jailctl-extract-"));
    ASSERT_EQ(site.jailctl({"extract", archive.string(), "root/precious", "--to", other.string()}).status, 0);
    EXPECT_TRUE(fs::is_empty(target)) << "cleared by one that went elsewhere";
    ASSERT_EQ(site.jailctl({"extract", archive.string(), "root/dir", "--to", target.string()}).status, 0);
    EXPECT_EQ(std::distance(fs::directory_iterator(target), {}), 1);
    EXPECT_EQ(std::distance(fs::directory_iterator(target / "root/dir"), {}), 400);
}

TEST_F(KilledExtract, DoctorFindsWhatIsLeft) {
    ASSERT_EQ(names_after_a_kill(site, archive, target, "root/dir").size(), 1U);
    const auto found = [&] {
        const Result doctor = site.jailctl({"doctor", "--json"});
        return doctor.out.find("leftover-extract") != std::string::npos &&
               doctor.out.find(target.string()) != std::string::npos;
    };
    EXPECT_TRUE(found());
    (void)site.jailctl({"doctor", "--fix"});
    EXPECT_TRUE(fs::is_empty(target));
    EXPECT_FALSE(found());
}

}  // namespace
}  // namespace jailctl::test
