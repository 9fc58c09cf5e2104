// A jail that swaps directories, files, FIFOs and links under the walker while it is backed up.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include "roots.hpp"

namespace jailctl::test {
namespace fs = std::filesystem;
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* secret = "THE SECRET OF THE HOST";

class Swapping : public JailTest, public ::testing::WithParamInterface<const char*> {
protected:
    void SetUp() override {
        JailTest::SetUp();
        if (IsSkipped()) return;
        entries = {"a.test:192.0.2.1", "b.test:192.0.2.2"};
        configure("STOP_TIMEOUT=0\nBACKUP_FORMAT=tar\nBACKUP_WARM=" + std::string(GetParam()) + "\n");
        fs::create_directories(outside_ / "inner");
        for (const char* file : {"file", "inner/file"}) spit(outside_ / file, secret);
        make_tree();
        fs::copy_file(JAIL_SWAPPER, site.root("a.test") / "bin/swapper");
        spit(site.root("a.test") / "etc/rc", "#!/bin/sh\n/bin/swapper /root/restless </dev/null >/dev/null 2>&1 &\n",
             0755);
        ASSERT_EQ(start().status, 0);
        for (int i = 0; i < 1000 && fs::file_size(tree_ / "log") == log_size; ++i) ::usleep(20000);
        ASSERT_GT(fs::file_size(tree_ / "log"), log_size) << "it runs";
    }
    void make_tree() const {
        fs::create_directories(tree_ / "dir/inner");
        fs::create_directories(tree_ / "b/c");
        fs::path deep = tree_ / "a/deep";
        for (int i = 0; i < 70; ++i) deep /= "d";  // the walker keeps 48 of them open
        fs::create_directories(deep);
        for (const fs::path& file : {tree_ / "file", tree_ / "dir/file", tree_ / "dir/inner/file", deep / "file"})
            spit(file, "harmless");
        for (const char* directory : {"grow", "walk"}) fs::create_directory(tree_ / directory);
        for (int i = 0; i < 50; ++i) spit(tree_ / "walk" / std::to_string(i), "x");
        spit(tree_ / "walk/a", "x");
        spit(tree_ / "log", std::string(log_size, 'l'));
        fs::create_symlink(outside_, tree_ / "to-dir");
        fs::create_symlink(outside_ / "file", tree_ / "to-file");
        fs::create_symlink("../../../../../outside", tree_ / "dir/to-upwards");
        ASSERT_EQ(::mkfifo((tree_ / "fifo").c_str(), 0644), 0);
        ASSERT_EQ(slurp(tree_ / "dir/to-upwards/file"), secret) << "or it would lead nowhere";
    }
    void outside_is_as_it_was() const {
        for (const char* file : {"file", "inner/file"}) EXPECT_EQ(slurp(outside_ / file), secret);
        EXPECT_EQ(std::distance(fs::recursive_directory_iterator(outside_), {}), 3);
    }
    static constexpr std::size_t log_size = std::size_t{32} << 20;
    const fs::path outside_ = site.path() / "outside", tree_ = site.root("a.test") / "root/restless";
};

TEST_P(Swapping, TheBackupEndsHoldsNothingOfTheHostAndRestores) {
    const bool live = std::string(GetParam()) == "live";
    RunOptions limited;
    limited.limit = std::chrono::seconds(100);
    for (int i = 0; i < 2; ++i) {
        const auto file = site.path() / ("restless-" + std::to_string(i) + ".tar");
        const Value done = site.json({"backup", "a.test", file.string()}, limited)["jails"].items().at(0);
        if (live) {
            EXPECT_EQ(done["result"].str(), "omissions") << to_json(done);
            EXPECT_GE(done["backup"]["omitted"].num(), 1) << "the log at least grew under the reader";
            EXPECT_EQ(done["backup"]["grade"].str(), "live");
        }
        EXPECT_THAT(slurp(file), Not(HasSubstr(secret)));
        const Result verified = site.jailctl({"verify", file.string()});
        EXPECT_EQ(verified.status, 0) << verified.all();
        const Result restored = site.jailctl({"restore", "a.test", "--as", "b.test", file.string()});
        EXPECT_EQ(restored.status, 0) << restored.all();
        EXPECT_GE(fs::file_size(site.root("b.test") / "root/restless/log"), log_size);
        const Result deleted = site.jailctl({"delete", "b.test", "--yes"});
        EXPECT_EQ(deleted.status, 0) << deleted.all();
        fs::remove(file);
        outside_is_as_it_was();
    }
    EXPECT_EQ(mark(), '*') << "it runs as before";
    EXPECT_EQ(site.jailctl({"delete", "a.test", "--yes"}).status, 1);
    ASSERT_EQ(stop().status, 0);
    EXPECT_EQ(site.jailctl({"delete", "a.test", "--yes"}).status, 0);
    outside_is_as_it_was();
    EXPECT_THAT(left_behind(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Read, Swapping, ::testing::Values("live", "auto"),
                         [](const auto& one) { return std::string(one.param); });

}  // namespace
}  // namespace jailctl::test
