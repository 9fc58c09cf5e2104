#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "roots.hpp"

namespace jailctl::test {
namespace fs = std::filesystem;
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

/// Files of ours that hold something else than we wrote, and directories of ours that are not as we need them.
class BadState : public JailTest {
protected:
    [[nodiscard]] std::vector<fs::path> files() const {
        std::vector<fs::path> found;
        for (const fs::path& top : {site.state(), site.run_dir()})
            for (const auto& entry : fs::recursive_directory_iterator(top))
                if (entry.is_regular_file() && entry.path().extension() == ".json") found.push_back(entry.path());
        return found;
    }
    /// Ends in time, by itself, and a failure is a sentence.
    Result sound(const std::vector<std::string>& words, const std::string& when) const {
        RunOptions options;
        options.limit = std::chrono::seconds(30);
        const Result result = site.jailctl(words, options);
        EXPECT_TRUE(result.status >= 0 && (result.status <= 4 || result.status == 125))
            << when << ": " << words.front() << " " << result.status << result.all();
        EXPECT_TRUE(result.status == 0 || !result.err.empty()) << when << ": " << words.front();
        return result;
    }
    void fill(const fs::path& directory) const {
        const std::string block(4096, 'x');
        const int file = ::open((directory / "filler").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        while (::write(file, block.data(), block.size()) > 0) {}
        ::close(file);
    }
};

TEST_F(BadState, EveryFileDamagedInEveryWay) {
    const std::string damages[] = {"",
                                   "{",
                                   std::string("\0\xff\n\0", 4),
                                   "[]",
                                   "{}",
                                   "null",
                                   "1e999",
                                   std::string(200000, '['),
                                   "{\"format\": 99}",
                                   "{\"format\": \"x\", \"pid\": []}",
                                   std::string(2U << 20U, ' ') + "{}"};
    ASSERT_EQ(start().status, 0);
    const std::string cgroup = record()["cgroup"].str();
    ASSERT_EQ(files().size() > 1, true) << "a record and the ids";
    for (const fs::path& file : files()) {
        const std::string whole = slurp(file);
        for (const std::string& damage : damages) {
            const std::string when = file.filename().string() + " = " + damage.substr(0, 30);
            if (mark() != '*') {
                ASSERT_EQ(start().status, 0) << when;
            }
            spit(file, damage, 0600);
            sound({"status"}, when);
            sound({"start", "a.test"}, when);
            sound({"exec", "a.test", "--", "true"}, when);
            sound({"stop", "--timeout", "0", "a.test"}, when);
            if (fs::exists(file) && slurp(file) == damage && file.string().starts_with(site.state().string()))
                spit(file, whole, 0600);
            sound({"stop", "--timeout", "0", "a.test"}, when);
            EXPECT_EQ(mark(), ' ') << when;
            EXPECT_THAT(cgroup_directories(cgroup), IsEmpty()) << when;
        }
    }
    EXPECT_EQ(start().status, 0);
    EXPECT_EQ(stop().status, 0);
    EXPECT_THAT(left_behind(), IsEmpty());
}

TEST_F(BadState, RunEmptiedUnderARunningJail) {
    ASSERT_EQ(start().status, 0);
    const std::string cgroup = record()["cgroup"].str();
    ::umount2((site.run_dir() / "console/a.test").c_str(), MNT_DETACH);
    for (const auto& entry : fs::directory_iterator(site.run_dir())) fs::remove_all(entry.path());
    EXPECT_EQ(mark(), '?');
    EXPECT_EQ(start().status, 1);
    EXPECT_EQ(stop().status, 0);
    EXPECT_EQ(mark(), ' ');
    EXPECT_THAT(cgroup_directories(cgroup), IsEmpty());
    EXPECT_THAT(left_behind(), IsEmpty());
    EXPECT_EQ(start().status, 0);
}

TEST_F(BadState, AnInitThatWasMovedToAnotherControlGroup) {
    ASSERT_EQ(start().status, 0);
    const auto pid = record()["pid"].num();
    const std::string cgroup = record()["cgroup"].str();
    const fs::path top = fs::exists("/sys/fs/cgroup/unified") ? "/sys/fs/cgroup/unified" : "/sys/fs/cgroup";
    const int procs = ::open((top / "cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC);
    const std::string text = std::to_string(pid);
    ASSERT_EQ(::write(procs, text.data(), text.size()), static_cast<ssize_t>(text.size()));
    ::close(procs);
    EXPECT_EQ(mark(), '?');
    EXPECT_EQ(start().status, 1);
    const Result stopped = stop();
    EXPECT_EQ(stopped.status, 0) << stopped.all();
    const std::string end = slurp("/proc/" + text + "/stat");
    EXPECT_TRUE(end.empty() || end.find(") Z") != std::string::npos)
        << "it is still there, though stop said that it ended";
    EXPECT_EQ(mark(), ' ');
    EXPECT_THAT(cgroup_directories(cgroup), IsEmpty());
    EXPECT_THAT(left_behind(), IsEmpty());
}

class BadRunDir : public BadState {
protected:
    void SetUp() override {
        BadState::SetUp();
        if (IsSkipped()) return;
        ASSERT_EQ(::mount("none", site.run_dir().c_str(), "tmpfs", 0, "size=128k,mode=0700"), 0);
    }
    void TearDown() override {
        BadState::TearDown();
        while (::umount2(site.run_dir().c_str(), MNT_DETACH) == 0) {}
    }
};

TEST_F(BadRunDir, ReadOnly) {
    ASSERT_EQ(start().status, 0);
    ASSERT_EQ(::mount(nullptr, site.run_dir().c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr), 0);
    EXPECT_EQ(mark(), '*');
    EXPECT_EQ(inside("echo works").out, "works\n");
    EXPECT_THAT(sound({"stop", "--timeout", "0", "a.test"}, "stop").err, HasSubstr("Read-only file system"));
    ASSERT_EQ(::mount(nullptr, site.run_dir().c_str(), nullptr, MS_REMOUNT, nullptr), 0);
    EXPECT_EQ(stop().status, 0);
    ASSERT_EQ(::mount(nullptr, site.run_dir().c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr), 0);
    const Result refused = sound({"start", "a.test"}, "start");
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.err, HasSubstr("Read-only file system"));
    ASSERT_EQ(::mount(nullptr, site.run_dir().c_str(), nullptr, MS_REMOUNT, nullptr), 0);
    EXPECT_EQ(start().status, 0);
}

TEST_F(BadRunDir, Full) {
    fill(site.run_dir());
    const Result refused = sound({"start", "a.test"}, "start");
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.err, HasSubstr("No space left on device"));
    EXPECT_EQ(mark(), ' ');
    fs::remove(site.run_dir() / "filler");
    ASSERT_EQ(start().status, 0);
    const std::string cgroup = record()["cgroup"].str();
    fill(site.run_dir());
    EXPECT_EQ(mark(), '*');
    EXPECT_EQ(inside("echo works").out, "works\n");
    const Result stopped = sound({"stop", "--timeout", "0", "a.test"}, "stop");
    EXPECT_EQ(stopped.status, 0) << stopped.all();
    EXPECT_EQ(mark(), ' ');
    EXPECT_THAT(cgroup_directories(cgroup), IsEmpty());
}

}  // namespace
}  // namespace jailctl::test
