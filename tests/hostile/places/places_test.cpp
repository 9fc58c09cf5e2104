#include <gmock/gmock.h>
#include <sys/stat.h>

#include "roots.hpp"
#include "shapes.hpp"

namespace jailctl::test {
namespace fs = std::filesystem;
namespace {

using testing::IsEmpty;
using testing::Not;
using testing::HasSubstr;

/// Every file in a root that a command of the host's reads, replaces, runs or removes.
constexpr const char* files[] = {"etc/passwd",   "etc/group",       "etc/shadow",  "etc/hostname",
                                 "etc/hosts",    "etc/rc.conf",     "etc/rc",      "etc/rc.shutdown",
                                 "etc/resolv.conf", "etc/machine-id", "etc/os-release", "etc/ssh/ssh_host_rsa_key",
                                 "var/lib/dbus/machine-id", "sbin/init", "usr/sbin/init", "usr/bin/systemctl",
                                 "runme.sh",     "root/target",     "etc/pruned",  "root/a\n\x1b[31mname",
                                 "dev/log",      "dev/null",        "dev/console", "etc/inittab",
                                 "etc/.jailctl-new", "etc/hosts.jailctl-new", "usr/local/etc/rc.conf"};

/// Each place holds another shape, the first one that of the parameter, and all commands come by: each ends in time,
/// with success or a sentence, and nothing outside the root is another than before.
class Places : public JailTest, public testing::WithParamInterface<std::size_t> {
protected:
    void SetUp() override {
        JailTest::SetUp();
        if (IsSkipped()) return;
        entries = {"a.test:192.0.2.1", "b.test:192.0.2.2", "c.test:192.0.2.3"};
        configure("STOP_TIMEOUT=2\n");
        fs::create_directory(outside_);
        spit(outside_ / "file", "root:x:0:0::/:/bin/sh\n");
        put_everywhere(site.root("a.test"));
        before_ = state();
    }
    void TearDown() override {
        JailTest::TearDown();
        for (const char* jail : {"a.test", "b.test", "c.test"})
            for (const char* file : files) make_mutable(site.root(jail) / file);
    }
    void put_everywhere(const fs::path& root) const {
        for (const char* directory : {"etc/ssh", "var/lib/dbus", "usr/sbin", "usr/local/etc"})
            fs::create_directories(root / directory);
        std::size_t which = GetParam();
        for (const char* file : files) {
            fs::remove(root / file);
            hostile_shapes()[which++ % hostile_shapes().size()].put(root / file, outside_);
        }
    }
    /// What of the host could have been touched: content, owner, mode, times, and what is beside it.
    [[nodiscard]] std::string state() const {
        std::string all;
        for (const auto& entry : fs::directory_iterator(outside_)) {
            struct stat found {};
            ::lstat(entry.path().c_str(), &found);
            all += entry.path().filename().string() + " " + std::to_string(found.st_uid) + " " +
                   std::to_string(found.st_mode) + " " + std::to_string(found.st_mtim.tv_sec) + "." +
                   std::to_string(found.st_mtim.tv_nsec) + " " + std::to_string(found.st_size) + " " +
                   slurp(entry.path()) + "\n";
        }
        return all;
    }
    Result run(const std::vector<std::string>& words, const std::string& input = {}) {
        RunOptions options;
        options.limit = std::chrono::seconds(60);
        options.input = input;
        const Result result = site.jailctl(words, options);
        std::string what = "from '" + hostile_shapes()[GetParam()].name + "' on:";
        for (const auto& word : words) what += " " + word;
        EXPECT_NE(result.status, -1) << what << " hangs\n" << result.all();
        EXPECT_EQ(result.signal, 0) << what << "\n" << result.all();
        EXPECT_THAT(result.err, Not(HasSubstr("\x1b"))) << what;
        if (result.status != 0) {
            EXPECT_FALSE(result.err.empty()) << what << " says nothing";
        }
        EXPECT_EQ(state(), before_) << what << "\n" << result.all();
        return result;
    }
    const fs::path outside_ = site.path() / "outside";
    std::string before_;
};

TEST_P(Places, OfARunningJail) {
    const Result started = run({"start", "a.test"});
    run({"exec", "-u", "root", "a.test", "--", "true"});
    run({"exec", "-u", "nobody:tty", "a.test", "--", "true"});
    run({"shell", "a.test"}, "exit 0\n");
    spit(site.path() / "given", "given");
    run({"cp", (site.path() / "given").string(), "a.test:/root/target"});
    run({"cp", "a.test:/root/target", (site.path() / "taken").string()});
    run({"logs", "a.test"});
    run({"status"});
    run({"stop", "a.test"});
    run({"cp", (site.path() / "given").string(), "a.test:/root/target"});
    run({"cp", "a.test:/root/target", (site.path() / "taken").string()});
    EXPECT_EQ(mark(), ' ');
    EXPECT_EQ(run({"delete", "a.test", "--yes"}).status, 0);
    EXPECT_FALSE(fs::exists(site.root("a.test")));
    EXPECT_THAT(left_behind(), IsEmpty());
}

class PlacesOfTrees : public Places {};

TEST_P(PlacesOfTrees, OfBackupRestoreAndCreate) {
    EXPECT_EQ(run({"backup", "a.test"}).status, 0);
    run({"restore", "a.test", "--as", "b.test"});
    run({"delete", "b.test", "--yes"});
    const fs::path base = site.path() / "base.tar";
    ASSERT_EQ(run_command({"tar", "-C", site.root("a.test").string(), "-S", "-cf", base.string(), "."}).status, 0);
    spit(site.path() / "addons/dellist4.txt", "etc/pruned\netc/rc*\n");
    spit(site.path() / "addons/runme.sh", "#!/bin/sh\necho in the jail\n", 0755);
    configure("BASE=archive:" + base.string() + "\n");
    if (run({"create", "c.test", "--batch"}).status == 0) run({"start", "c.test"});
    run({"stop", "--timeout", "0", "c.test"});
    for (const char* jail : {"b.test", "c.test"}) run({"delete", jail, "--yes"});
    for (const char* jail : {"b.test", "c.test"}) EXPECT_FALSE(fs::exists(site.root(jail))) << jail;
    EXPECT_THAT(left_behind(), IsEmpty());
}

class PlacesOfUpgrades : public Places {};

/// Both ways: a base like any other over a hostile system, and a hostile base over what became of that.
TEST_P(PlacesOfUpgrades, OfUpgrade) {
    const auto pack = [&](const fs::path& tree, const std::string& name) {
        const fs::path archive = site.path() / name;
        EXPECT_EQ(run_command({"tar", "-C", tree.string(), "-S", "-cf", archive.string(), "."}).status, 0);
        return archive.string();
    };
    const fs::path good = site.path() / "good";
    make_busybox_root(good);
    for (const std::string& base : {pack(good, "good.tar"), pack(site.root("a.test"), "hostile.tar")}) {
        configure("STOP_TIMEOUT=0\nSTART_COMMAND=\"/bin/sleep 1000\"\nBASE=archive:" + base + "\n");
        EXPECT_THAT(run({"upgrade", "a.test"}).status, testing::AnyOf(0, 4)) << base;
        run({"start", "a.test"});
        run({"upgrade", "--restart", "a.test"});
        run({"stop", "a.test"});
        EXPECT_EQ(mark(), ' ') << base;
        EXPECT_THAT(site.leftovers(), IsEmpty()) << base;
    }
    EXPECT_EQ(run({"delete", "a.test", "--yes"}).status, 0);
    EXPECT_THAT(left_behind(), IsEmpty());
}

std::string name_of(const testing::TestParamInfo<std::size_t>& which) {
    std::string name = hostile_shapes()[which.param].name;
    for (char& letter : name) letter = std::isalnum(static_cast<unsigned char>(letter)) != 0 ? letter : '_';
    return name;
}
INSTANTIATE_TEST_SUITE_P(From, Places, testing::Range(std::size_t{0}, hostile_shapes().size()), name_of);
// Samples: these take seconds each.
INSTANTIATE_TEST_SUITE_P(From, PlacesOfUpgrades, testing::Range(std::size_t{1}, hostile_shapes().size(), 5), name_of);
INSTANTIATE_TEST_SUITE_P(From, PlacesOfTrees, testing::Range(std::size_t{0}, hostile_shapes().size(), 3), name_of);

}  // namespace
}  // namespace jailctl::test
