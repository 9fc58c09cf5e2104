// upgrade: what it replaces, what it keeps, and what it does to the old system.
#include <sys/stat.h>
#include <sys/xattr.h>

#include "old_and_new.hpp"

namespace jailctl::test {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

namespace fs = std::filesystem;

using Upgrade = OldAndNew;

TEST_F(Upgrade, InstallsTheNewSystemAndKeepsWhatIsTheSites) {
    spit(root_ / "etc/steady.conf", "mine");
    spit(root_ / "etc/site.conf", "mine");
    spit(root_ / "var/lib/more", "mine");
    spit(root_ / "usr/lib/site-tool", "mine", 04755);
    ASSERT_EQ(::setxattr((root_ / "usr/lib/site-tool").c_str(), "trusted.mine", "1", 1, 0), 0);
    fs::create_hard_link(root_ / "usr/lib/site-tool", root_ / "usr/lib/site-link");
    use(pack("2", [](const fs::path& tree) { spit(tree / "usr/lib/new", "2"); }));
    const Result result = upgrade();
    EXPECT_EQ(result.status, 0) << result.all();
    EXPECT_THAT(result.out, HasSubstr("Upgrading jail a.test..."));
    EXPECT_THAT(result.err, Not(HasSubstr("yours is kept"))) << "nothing was changed on both sides";
    expect_version("2");
    EXPECT_EQ(in_jail("usr/lib/new"), "2");
    EXPECT_EQ(in_jail("etc/steady.conf"), "mine");
    EXPECT_EQ(in_jail("etc/site.conf"), "mine");
    EXPECT_EQ(in_jail("var/lib/more"), "mine");
    struct stat tool {
    }, link{};
    ASSERT_EQ(::stat((root_ / "usr/lib/site-tool").c_str(), &tool), 0);
    ASSERT_EQ(::stat((root_ / "usr/lib/site-link").c_str(), &link), 0);
    EXPECT_EQ(tool.st_mode & 07777U, 04755U);
    EXPECT_EQ(tool.st_ino, link.st_ino);
    char value = 0;
    EXPECT_EQ(::getxattr((root_ / "usr/lib/site-tool").c_str(), "trusted.mine", &value, 1), 1);
    EXPECT_THAT(leaks_.found(), IsEmpty());
}

TEST_F(Upgrade, NamesConflictsOnceAndPutsTheNewFileBeside) {
    spit(root_ / "etc/changed.conf", "mine");
    use(pack("2"));
    const Value document = site_.json({"upgrade", "a.test"});
    EXPECT_TRUE(document["ok"].truth()) << to_json(document);
    ASSERT_EQ(document["jails"].items().size(), 1U);
    EXPECT_EQ(to_json(document["jails"].items().front()["conflicts"]), R"(["etc/changed.conf"])");
    EXPECT_EQ(in_jail("etc/changed.conf"), "mine");
    EXPECT_EQ(in_jail("etc/changed.conf.jailctl-new"), "2");
    const Result again = upgrade();
    EXPECT_EQ(again.status, 0) << again.all();
    EXPECT_THAT(again.err, Not(HasSubstr("changed.conf"))) << "the base did not change it since";
    use(pack("3"));
    EXPECT_THAT(upgrade().err, HasSubstr("/etc/changed.conf was changed here and in the new base"));
    EXPECT_EQ(in_jail("etc/changed.conf.jailctl-new"), "3");
}

TEST_F(Upgrade, RemovesWhatTheOldBaseAloneHadAndNobodyChanged) {
    const auto with_more = [](const fs::path& tree) {
        fs::create_directories(tree / "usr/lib/old/deep");
        for (const char* file :
             {"usr/lib/old/deep/gone", "usr/lib/old/changed", "usr/lib/gone", "var/lib/stays", "etc/stays"})
            spit(tree / file, "2");
        fs::create_symlink("gone", tree / "usr/lib/gone-link");
    };
    use(pack("2", with_more));
    ASSERT_EQ(upgrade().status, 0);
    EXPECT_EQ(in_jail("usr/lib/old/deep/gone"), "2");
    spit(root_ / "usr/lib/old/changed", "changed here");
    spit(root_ / "usr/lib/site", "mine");
    use(pack("3"));
    const Result result = upgrade();
    EXPECT_EQ(result.status, 0) << result.all();
    EXPECT_THAT(result.out, HasSubstr("removed 3 that the new base has no more"));
    expect_version("3");
    for (const char* path : {"usr/lib/old/deep", "usr/lib/gone"}) EXPECT_FALSE(fs::exists(root_ / path)) << path;
    EXPECT_FALSE(fs::is_symlink(root_ / "usr/lib/gone-link"));
    EXPECT_EQ(in_jail("usr/lib/old/changed"), "changed here");
    EXPECT_EQ(in_jail("usr/lib/site"), "mine");
    EXPECT_EQ(in_jail("var/lib/stays"), "2");
    EXPECT_EQ(in_jail("etc/stays"), "2");
}

TEST_F(Upgrade, RemovesWhatTheBaseOfTheCreateAloneHad) {
    ASSERT_EQ(site_.jailctl({"delete", "a.test", "--yes"}).status, 0);
    use(pack("1", [](const fs::path& tree) { spit(tree / "usr/lib/gone", "1"); }));
    ASSERT_EQ(site_.jailctl({"create", "a.test", "--batch"}).status, 0);
    use(pack("2"));
    EXPECT_EQ(upgrade().status, 0);
    EXPECT_FALSE(fs::exists(root_ / "usr/lib/gone"));
    expect_version("2");
}

TEST_F(Upgrade, PrunesTheNewBase) {
    spit(site_.path() / "addons/dellist4.txt", "usr/lib/unwanted\n");
    spit(root_ / "usr/lib/kept", "mine");
    use(pack("2", [](const fs::path& tree) { spit(tree / "usr/lib/unwanted", "2"); }));
    const Result result = upgrade();
    EXPECT_EQ(result.status, 0) << result.all();
    EXPECT_THAT(result.out, HasSubstr("Pruned 1 file, "));
    EXPECT_FALSE(fs::exists(root_ / "usr/lib/unwanted"));
    EXPECT_TRUE(fs::exists(root_ / "usr/lib/kept"));
}

TEST_F(Upgrade, ARunningJailIsStoppedAndStartedAgainWithRestart) {
    ASSERT_EQ(site_.jailctl({"start", "a.test"}).status, 0);
    use(pack("2"));
    const Result refused = upgrade();
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.err, HasSubstr("jail a.test is running"));
    EXPECT_THAT(refused.err, HasSubstr("--restart"));
    expect_version("1");
    const Result dry = upgrade({"--restart", "--dry-run"});
    EXPECT_EQ(dry.status, 0) << dry.all();
    EXPECT_LT(dry.out.find("would ask init to end"), dry.out.find("would copy the system"));
    EXPECT_LT(dry.out.find("would exchange"), dry.out.find("would record the running jail"));
    EXPECT_THAT(dry.out, HasSubstr("would record the running jail"));
    const Result result = upgrade({"--restart"});
    EXPECT_EQ(result.status, 0) << result.all();
    expect_version("2");
    EXPECT_EQ(site_.jailctl({"exec", "a.test", "--", "cat", "/usr/lib/version"}).out, "2");
    EXPECT_EQ(site_.jailctl({"stop", "a.test"}).status, 0);
    EXPECT_THAT(leaks_.found(), IsEmpty());
}

TEST_F(Upgrade, AJailThatIsNotStartedAgainIsSaidToBeDown) {
    ASSERT_EQ(site_.jailctl({"start", "a.test"}).status, 0);
    use(pack("2"), "FORWARD=tcp:80:80\n");  // which a jail without network cannot have
    const Result result = upgrade({"--restart"});
    EXPECT_EQ(result.status, 1) << result.all();
    EXPECT_THAT(result.err, HasSubstr("a.test is stopped now and was not started again: FORWARD"));
    EXPECT_THAT(leaks_.found(), IsEmpty());
}

TEST_F(Upgrade, AnUnhealthySystemIsNotPutInPlace) {
    for (const char* broken : {"init", "true"}) {
        use(pack("2", [&](const fs::path& tree) {
            fs::create_directories(tree / "sbin");
            if (broken == std::string("init")) return spit(tree / "sbin/init", "#!/bin/sh\nexit 1\n", 0755);
            fs::remove(tree / "bin/true");
            spit(tree / "bin/true", "#!/bin/sh\nexit 7\n", 0755);
        }));
        const Result result = upgrade();
        EXPECT_EQ(result.status, 1) << broken << ": " << result.all();
        EXPECT_THAT(result.err, HasSubstr("a.test")) << broken;
        EXPECT_THAT(result.err, HasSubstr("jail a.test was not upgraded, its old system is in place: ")) << broken;
        expect_version("1");
    }
    EXPECT_EQ(site_.jailctl({"start", "a.test"}).status, 0);
    EXPECT_EQ(site_.jailctl({"stop", "a.test"}).status, 0);
    EXPECT_THAT(leaks_.found(), IsEmpty());
}

TEST_F(Upgrade, ACopyThatDoesNotBecomeReadyIsNotPutInPlace) {
    const auto later = [](const fs::path& tree) {
        spit(tree / "etc/rc", "#!/bin/sh\necho I am late\nsleep 5\n: >/root/ready\n", 0755);
    };
    use(pack("2", later), "READY_COMMAND=\"cat /root/never\"\nREADY_TIMEOUT=1s\n");
    const Result refused = upgrade();
    EXPECT_EQ(refused.status, 1) << refused.all();
    EXPECT_THAT(refused.err,
                HasSubstr("the upgraded copy of jail a.test is not healthy: it was not ready within 1.00 s"));
    const auto said = site_.state() / "console/a.test.copy";
    EXPECT_THAT(refused.err, HasSubstr("hint: what the copy said: cat " + said.string() + "\n"));
    EXPECT_THAT(slurp(said), HasSubstr("I am late"));
    expect_version("1");
    use(pack("2", later), "READY_COMMAND=\"cat /root/ready\"\nREADY_TIMEOUT=30s\n");
    const Result waited = upgrade();
    EXPECT_EQ(waited.status, 0) << waited.all();
    expect_version("2");
    EXPECT_THAT(leaks_.found(), IsEmpty());
}

TEST_F(Upgrade, AFailedUpgradeWithRestartLeavesTheOldSystemRunning) {
    ASSERT_EQ(site_.jailctl({"start", "a.test"}).status, 0);
    use(pack("2", [](const fs::path& tree) {
        fs::remove(tree / "bin/true");
        spit(tree / "bin/true", "#!/bin/sh\nexit 7\n", 0755);
    }));
    EXPECT_EQ(upgrade({"--restart"}).status, 1);
    expect_version("1");
    EXPECT_EQ(site_.jailctl({"exec", "a.test", "--", "cat", "/usr/lib/version"}).out, "1");
    EXPECT_EQ(site_.jailctl({"stop", "a.test"}).status, 0);
}

/// It had not come to starting its copy: there is nothing that stop could have ended.
TEST_F(Upgrade, OfOneThatWasKilledBeforeItRanAnythingStopHasNothingToStop) {
    use(pack("2"));
    ASSERT_TRUE(killed_at(3, site_, {"upgrade", "a.test"}));
    const Result stopped = site_.jailctl({"stop", "a.test"});
    EXPECT_EQ(stopped.status, 1) << stopped.all();
    EXPECT_THAT(stopped.out, HasSubstr("Undoing the interrupted upgrade of jail a.test"));
    EXPECT_THAT(stopped.err, HasSubstr("a.test is not running"));
    expect_version("1");
}

TEST_F(Upgrade, ASignalLeavesTheOldSystem) {
    use(pack("2"));
    const auto program = (stage() / "bin/jailctl").string();
    // Long enough to be in the middle, short enough not to be through the three seconds of the health check.
    const Result result =
        run_command({"timeout", "-s", "INT", "2", program, "--config", site_.config().string(), "upgrade", "a.test"});
    EXPECT_NE(result.status, 0) << result.all();
    expect_version("1");
    EXPECT_THAT(leaks_.found(), IsEmpty());
}

}  // namespace jailctl::test
