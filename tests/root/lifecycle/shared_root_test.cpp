// Two configurations of one host, each with a STATE_DIR and RUN_DIR of its own, name the same jail in the same root.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <optional>
#include <thread>
#include <unistd.h>

#include "roots.hpp"

namespace jailctl::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class SharedRoot : public JailTest {
protected:
    void SetUp() override {
        JailTest::SetUp();
        if (!IsSkipped()) other_.emplace(site);
    }
    void TearDown() override {
        if (other_) (void)by_other({"stop", "--timeout", "0", "all"});
        JailTest::TearDown();
    }
    Result by_other(const std::vector<std::string>& words) const { return other_->jailctl(words); }
    [[nodiscard]] bool runs_by_other() const { return by_other({"status"}).out.find("*a.test") != std::string::npos; }
    /// Waits, for a minute at most.
    template <class Until>
    static void wait_until(Until until) {
        for (int attempt = 0; attempt < 6000 && !until(); ++attempt) ::usleep(10000);
    }

    std::optional<OtherSite> other_;
};

TEST_F(SharedRoot, IsRunByOneOfTwoConfigurations) {
    ASSERT_EQ(start().status, 0);
    const Result refused = by_other({"start", "a.test"});
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.err, HasSubstr("a.test cannot be started: jail a.test of " + site.config().string() +
                                       " runs from " + site.root("a.test").string() + " already"));
    EXPECT_THAT(refused.err,
                HasSubstr("hint: stop that one first: 'jailctl --config " + site.config().string() + " stop a.test'"));
    EXPECT_FALSE(runs_by_other());
    EXPECT_THAT(by_other({"doctor"}).out,
                HasSubstr("jail a.test cannot be started: jail a.test of " + site.config().string()));
    EXPECT_EQ(site.jailctl({"doctor"}).out.find("cannot be started"), std::string::npos);
    ASSERT_EQ(stop().status, 0);
    EXPECT_EQ(by_other({"start", "a.test"}).status, 0);
    EXPECT_THAT(start().err, HasSubstr("jail a.test of " + other_->config().string() + " runs from"));
    EXPECT_EQ(by_other({"stop", "a.test"}).status, 0);
    EXPECT_THAT(left_behind(), IsEmpty());
}

/// Whatever the processes of the jail do: the first that is found may have another root by then.
TEST_F(SharedRoot, IsSeenThoughItsProcessesChangedTheirs) {
    const auto below = site.root("a.test") / "below";
    std::filesystem::create_directories(below / "bin");
    std::filesystem::copy(site.root("a.test") / "bin/busybox", below / "bin/busybox");
    configure("START_COMMAND='/bin/busybox chroot /below /bin/busybox sleep 1000'\n");
    ASSERT_EQ(start().status, 0);
    wait_until([&] { return inside("ls /proc/1/root").out == "bin\n"; });
    EXPECT_EQ(by_other({"start", "a.test"}).status, 1);
    EXPECT_FALSE(runs_by_other());
}

/// One that launches has no process yet when the other looks.
TEST_F(SharedRoot, IsRunByOneOfTwoThatStartAtOnce) {
    Result first;
    std::thread slow([&] {
        first = traced(site, {"-e", "trace=clone3", "-e", "inject=clone3:delay_enter=1500000"}, {"start", "a.test"});
    });
    wait_until([&] { return std::filesystem::exists(site.run_dir() / "journal/a.test"); });
    const Result second = by_other({"start", "a.test"});
    slow.join();
    EXPECT_EQ(first.status, 0) << first.all();
    EXPECT_EQ(second.status, 1) << second.all();
    EXPECT_EQ(mark(), '*');
    EXPECT_FALSE(runs_by_other());
}

/// Holds a directory as a command of another configuration does that works on it.
class Held {
public:
    explicit Held(const std::filesystem::path& path) : fd_(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
        EXPECT_EQ(::flock(fd_, LOCK_EX | LOCK_NB), 0) << path;
    }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    ~Held() { ::close(fd_); }

private:
    int fd_;
};

TEST_F(SharedRoot, IsNotStartedWhileAnotherConfigurationWorksOnIt) {
    const auto tree = site.home() / ".jailctl-upgrade-a.test";
    std::filesystem::create_directory(tree);
    auto upgrade = std::make_unique<Held>(tree);
    for (const char* command : {"start", "restart"}) {
        const Result refused = site.jailctl({command, "a.test"});
        EXPECT_EQ(refused.status, 1) << command;
        EXPECT_THAT(refused.err,
                    HasSubstr("jail a.test cannot be started now: " + tree.string() + " is worked on by "));
        EXPECT_THAT(refused.err, HasSubstr("--wait SECONDS"));
    }
    std::thread ends([&] {
        ::usleep(300000);
        upgrade.reset();
    });
    EXPECT_EQ(site.jailctl({"start", "--wait", "60", "a.test"}).status, 0);
    ends.join();
    upgrade = std::make_unique<Held>(tree);
    EXPECT_EQ(site.jailctl({"restart", "a.test"}).status, 1);
    EXPECT_EQ(mark(), '*') << "what could not come up again is not taken down";
    std::filesystem::remove(tree);
}

/// As it is by one that exchanges or renames it.
TEST_F(SharedRoot, IsNotStartedWhileItIsHeld) {
    auto exchange = std::make_unique<Held>(site.root("a.test"));
    const Result refused = start();
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.err, HasSubstr(site.root("a.test").string() + " is worked on by "));
    EXPECT_EQ(mark(), ' ');
    std::thread ends([&] {
        ::usleep(300000);
        exchange.reset();
    });
    EXPECT_EQ(start().status, 0);
    ends.join();
}

/// Nor does a process of the jail make who refuses name another reason.
TEST_F(SharedRoot, IsRunByOneWhoseProcessHoldsIt) {
    ASSERT_EQ(start().status, 0);
    const Held process(site.root("a.test"));  // the same directory as / in there
    const Result refused = by_other({"start", "a.test"});
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.err,
                HasSubstr("a.test cannot be started: jail a.test of " + site.config().string() + " runs from "));
    EXPECT_EQ(refused.err.find("is worked on by"), std::string::npos) << refused.err;
}

/// What a hint says is pasted into a shell.
TEST_F(SharedRoot, IsToldWithACommandThatAShellTakes) {
    const auto odd = site.path() / "it's mine; $(really)";
    std::filesystem::create_directory(odd);
    std::filesystem::rename(site.config(), odd / "jails.conf");
    const Result started =
        run_command({(stage() / "bin/jailctl").string(), "--config", (odd / "jails.conf").string(), "start", "a.test"});
    ASSERT_EQ(started.status, 0) << started.all();
    const std::string refused = by_other({"start", "a.test"}).err;
    const auto begin = refused.find("'jailctl --config ") + 1, end = refused.rfind('\'');
    ASSERT_LT(begin, end) << refused;
    const Result pasted = run_command({"sh", "-c", refused.substr(begin, end - begin)},
                                      {.environment = {"PATH=" + (stage() / "bin").string() + ":/usr/bin:/bin"}});
    EXPECT_EQ(pasted.status, 0) << pasted.all();
    std::filesystem::rename(odd / "jails.conf", site.config());
    EXPECT_EQ(mark(), ' ');
}

/// In one configuration two paths may lead to it, too.
TEST_F(SharedRoot, IsKnownByAnotherPath) {
    const auto again = site.root("b.test");
    std::filesystem::create_directory(again);
    ASSERT_EQ(::mount(site.root("a.test").c_str(), again.c_str(), nullptr, MS_BIND, nullptr), 0);
    site.configure({"a.test:192.0.2.1", "b.test:192.0.2.2"});
    ASSERT_EQ(start().status, 0);
    const Result refused = site.jailctl({"start", "b.test"});
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.err, HasSubstr("b.test cannot be started: jail a.test of "));
    ASSERT_EQ(stop().status, 0);
    ASSERT_EQ(::umount2(again.c_str(), MNT_DETACH), 0);
    std::filesystem::remove(again);
    site.configure({"a.test:192.0.2.1"});
}

}  // namespace
}  // namespace jailctl::test
