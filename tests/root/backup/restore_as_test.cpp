// restore --as: another jail of a backup, with an identity of its own.
#include "backed_up_site.hpp"

namespace jailctl::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
namespace fs = std::filesystem;

class RestoreAs : public BackedUpSite {
protected:
    fs::path old_ = site.root("a.test"), new_ = site.root("b.test");
    void give_identity() {
        spit(old_ / "etc/hosts", "127.0.0.1 localhost\n192.0.2.1 a.test a\n192.0.2.99 friend\n");
        spit(old_ / "etc/rc.conf", "hostname=\"a.test\"\nsshd_enable=\"YES\"\n");
        spit(old_ / "etc/machine-id", "0123456789abcdef0123456789abcdef\n");
        fs::create_directories(old_ / "etc/ssh");
        spit(old_ / "etc/ssh/ssh_host_ed25519_key", "secret\n", 0600);
        spit(old_ / "etc/ssh/ssh_host_ed25519_key.pub", "public\n");
        spit(old_ / "etc/ssh/sshd_config", "Port 22\n");
    }
};

TEST_F(RestoreAs, BothJailsStandWithIdentitiesOfTheirOwn) {
    give_identity();
    // An ssh-keygen of the jail's own.
    fs::create_directories(old_ / "usr/bin");
    spit(old_ / "usr/bin/ssh-keygen", "#!/bin/sh\n[ \"$1\" = -A ] && echo new > /etc/ssh/ssh_host_ed25519_key\n", 0755);
    ASSERT_EQ(backup().status, 0);
    const Result restored = site.jailctl({"restore", "a.test", "--as", "b.test"});
    EXPECT_EQ(restored.status, 0) << restored.all();
    EXPECT_THAT(restored.out, HasSubstr("Restoring jail a.test as b.test from backup"));
    EXPECT_EQ(slurp(new_ / "root/precious"), "precious data\n");
    EXPECT_EQ(slurp(new_ / "etc/hostname"), "b.test\n");
    EXPECT_EQ(slurp(new_ / "etc/rc.conf"), "sshd_enable=\"YES\"\nhostname=\"b.test\"\n");
    EXPECT_EQ(slurp(new_ / "etc/hosts"), "127.0.0.1 localhost\n192.0.2.99 friend\n192.0.2.2\tb.test b\n");
    EXPECT_TRUE(fs::exists(new_ / "etc/machine-id"));
    EXPECT_EQ(slurp(new_ / "etc/machine-id"), "");
    EXPECT_EQ(slurp(new_ / "etc/ssh/ssh_host_ed25519_key"), "new\n");
    EXPECT_FALSE(fs::exists(new_ / "etc/ssh/ssh_host_ed25519_key.pub"));
    EXPECT_EQ(slurp(new_ / "etc/ssh/sshd_config"), "Port 22\n");
    EXPECT_EQ(slurp(old_ / "etc/ssh/ssh_host_ed25519_key"), "secret\n") << "the old jail is not touched";
    const Result started = site.jailctl({"start", "all"});
    EXPECT_EQ(started.status, 0) << started.all();
    EXPECT_EQ(site.jailctl({"exec", "b.test", "--", "hostname"}).out, "b.test\n");
    EXPECT_EQ(site.jailctl({"stop", "all"}).status, 0);
}

TEST_F(RestoreAs, KeysThatCannotBeMadeAnewAreNamed) {
    give_identity();
    ASSERT_EQ(backup().status, 0);
    const Result restored = site.jailctl({"restore", "a.test", "--as", "b.test"});
    EXPECT_EQ(restored.status, 4) << restored.all();
    EXPECT_THAT(restored.err, HasSubstr("jailctl exec b.test -- ssh-keygen -A"));
    EXPECT_FALSE(fs::exists(new_ / "etc/ssh/ssh_host_ed25519_key"));
}

/// Its STORAGE would be that of the host.
TEST_F(RestoreAs, AJailWhoseOwnFileHasAMistakeIsNotMade) {
    ASSERT_EQ(backup().status, 0);
    fs::create_directory(site.path() / "jails.d");
    spit(site.path() / "jails.d/b.test.conf", "STORAGE=dir\nPROTECT=perhaps\n", 0600);
    const Result refused = site.jailctl({"restore", "a.test", "--as", "b.test"});
    EXPECT_EQ(refused.status, 2) << refused.all();
    EXPECT_THAT(refused.err, HasSubstr("jails.d/b.test.conf:2:9: PROTECT: "));
    EXPECT_FALSE(fs::exists(new_));
    EXPECT_EQ(site.jailctl({"delete", "--batch", "a.test"}).status, 0) << "the mistake of b.test is not its";
}

TEST_F(RestoreAs, ALinkInEtcLeadsNowhere) {
    const auto outside = site.path() / "outside";
    spit(outside, "of the host itself\n");
    for (const char* name : {"hostname", "machine-id", "hosts"}) {
        fs::remove(old_ / "etc" / name);
        fs::create_symlink(outside, old_ / "etc" / name);
    }
    ASSERT_EQ(backup().status, 0);
    const Result restored = site.jailctl({"restore", "a.test", "--as", "b.test"});
    EXPECT_EQ(restored.status, 0) << restored.all();
    EXPECT_EQ(slurp(outside), "of the host itself\n");
    EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(new_ / "etc/hostname")));
    EXPECT_THAT(slurp(new_ / "etc/hosts"), Not(HasSubstr("itself"))) << "nothing of the host is read";
}

TEST_F(RestoreAs, ABackupOfAnotherJailIsToldAndGetsAnIdentityByAs) {
    give_identity();
    ASSERT_EQ(backup().status, 0);
    const std::string file = only_archive().string();
    const Value told = site.json({"restore", "b.test", file});
    EXPECT_EQ(told["status"].num(), 0);
    EXPECT_EQ(told["jails"].items().at(0)["restored"]["backup_of"].str(), "a.test");
    ASSERT_EQ(told["warnings"].items().size(), 1U);
    const std::string warning = told["warnings"].items().at(0)["message"].str();
    EXPECT_THAT(warning, HasSubstr("is a backup of jail a.test, not of b.test"));
    EXPECT_THAT(warning, HasSubstr("'jailctl restore b.test " + file + " --as b.test'"));
    EXPECT_EQ(slurp(new_ / "etc/hostname"), "a.test\n") << "as it is in the archive";
    ASSERT_EQ(site.jailctl({"--batch", "delete", "b.test"}).status, 0);
    const Result renewed = site.jailctl({"restore", "b.test", file, "--as", "b.test"});
    EXPECT_EQ(renewed.status, 4) << "no ssh-keygen: " << renewed.all();
    EXPECT_THAT(renewed.all(), Not(HasSubstr("is a backup of")));
    EXPECT_EQ(slurp(new_ / "etc/hostname"), "b.test\n");
    EXPECT_EQ(slurp(new_ / "etc/hosts"), "127.0.0.1 localhost\n192.0.2.99 friend\n192.0.2.2\tb.test b\n");
    EXPECT_FALSE(fs::exists(new_ / "etc/ssh/ssh_host_ed25519_key"));
}

TEST_F(RestoreAs, OneOfAJailThatIsInJailsNoMoreLosesItsNameInHosts) {
    give_identity();
    ASSERT_EQ(backup().status, 0);
    site.configure({"b.test:192.0.2.2", "c.test:192.0.2.3"});
    const Result restored = site.jailctl({"restore", "c.test", only_archive().string(), "--as", "b.test"});
    EXPECT_THAT(restored.err, HasSubstr("is a backup of jail a.test, not of c.test"));
    EXPECT_EQ(slurp(new_ / "etc/hosts"), "127.0.0.1 localhost\n192.0.2.99 friend\n192.0.2.2\tb.test b\n");
    ASSERT_EQ(site.jailctl({"--batch", "delete", "b.test"}).status, 0);
    site.configure({"a.test:192.0.2.1", "b.test:192.0.2.2"});
}

TEST_F(RestoreAs, ANameThatExistsOrIsNotListedIsRefused) {
    ASSERT_EQ(backup().status, 0);
    const Result unlisted = site.jailctl({"restore", "a.test", "--as", "c.test"});
    EXPECT_NE(unlisted.status, 0);
    EXPECT_THAT(unlisted.err, HasSubstr("'c.test' is not in JAILS"));
    const Result exists = site.jailctl({"restore", "a.test", "--as", "a.test"});
    EXPECT_EQ(exists.status, 1);
    EXPECT_THAT(exists.err, HasSubstr("--as NEW"));
    const Result several = site.jailctl({"restore", "all", "--as", "b.test"});
    EXPECT_NE(several.status, 0);
    EXPECT_FALSE(fs::exists(new_));
}

}  // namespace
}  // namespace jailctl::test
