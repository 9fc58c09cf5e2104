#include "exposition.hpp"
#include <csignal>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"
#include "kernel.hpp"
#include "passwd.hpp"
#include "process_id.hpp"
#include "stop_signal.hpp"

namespace jailctl::lifecycle {
namespace {

TEST(ProcessStat, TheNameMayHoldAnything) {
    const auto process = parse_stat("4121 (a) R 1 (b) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 987654 20");
    EXPECT_EQ(process.pid, 4121);
    EXPECT_EQ(process.start, 987654U);
}

TEST(ProcessStat, AProcessThatHasEndedIsNone) {
    EXPECT_EQ(parse_stat("4121 (x) Z 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 987654 20").pid, 0);
    EXPECT_EQ(parse_stat("").pid, 0);
    EXPECT_EQ(parse_stat("4121 (x").pid, 0);
    EXPECT_EQ(parse_stat("4121 (x) S 1 2").pid, 0);
}

TEST(ProcessStat, WeLiveAndAStrangerDoesNot) {
    const auto us = look_at_process(::getpid());
    EXPECT_EQ(us.pid, ::getpid());
    EXPECT_TRUE(lives(us));
    EXPECT_TRUE(open_handle(us));
    EXPECT_FALSE(lives({us.pid, us.start + 1}));
    EXPECT_FALSE(open_handle({us.pid, us.start + 1}));
    EXPECT_FALSE(lives({0, 0}));
    EXPECT_FALSE(lives({-1, 0}));
}

TEST(StopSignal, NamesAndNumbers) {
    EXPECT_EQ(parse_signal("TERM"), SIGTERM);
    EXPECT_EQ(parse_signal("SIGUSR2"), SIGUSR2);
    EXPECT_EQ(parse_signal("15"), 15);
    EXPECT_EQ(parse_signal("RTMIN+4"), SIGRTMIN + 4);
    for (const char* wrong : {"", "NONE", "0", "99", "-1", "15x", "RTMIN+", "RTMIN+99", "term"})
        EXPECT_THROW((void)parse_signal(wrong), Error) << wrong;
}

TEST(StopSignal, EachInitHasItsOwn) {
    EXPECT_EQ(signal_of_init("systemd"), SIGRTMIN + 4);
    EXPECT_EQ(signal_of_init("busybox"), SIGUSR2);
    EXPECT_EQ(signal_of_init("runit"), SIGCONT);
    EXPECT_EQ(signal_of_init("init"), SIGPWR);
    EXPECT_EQ(signal_of_init("memfd:jail-init"), SIGTERM);
    EXPECT_EQ(signal_of_init(""), SIGTERM);
}

TEST(StopSignal, OnlyWhatIsCaughtOrBlockedIsHeeded) {
    const auto masks = parse_signal_masks(
        "Name:\tx\nSigBlk:\t0000000000000001\nSigIgn:\tffffffffffffffff\nSigCgt:\t0000000000004000\n");
    EXPECT_TRUE(masks.heeds(SIGHUP));
    EXPECT_TRUE(masks.heeds(SIGTERM));
    EXPECT_FALSE(masks.heeds(SIGUSR2));
    EXPECT_FALSE(parse_signal_masks("").heeds(SIGTERM));
}

TEST(Kernel, OlderThan515IsRefusedWithASentence) {
    for (const char* release : {"5.15.0", "5.15.0-91-generic", "6.1.0-13-amd64", "6.18.44", "10.0"})
        EXPECT_NO_THROW(require_release(release)) << release;
    for (const char* release : {"5.14.21", "5.10.0-28-amd64", "4.19.0", "3.10.0-1160.el7", "nonsense", ""}) {
        try {
            require_release(release);
            ADD_FAILURE() << release;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), Errc::unsupported);
            EXPECT_NE(std::string(error.what()).find("Linux 5.15"), std::string::npos);
            EXPECT_NE(std::string(error.what()).find(release), std::string::npos);
        }
    }
}

TEST(Passwd, FindsTheFirstAccountOfAnId) {
    const auto root =
        find_account("daemon:x:1:1::/:/bin/false\nroot:x:0:0:r,,,:/root:/bin/ash\ntoor:x:0:0::/:/bin/sh\n", "0");
    ASSERT_TRUE(root);
    EXPECT_EQ(root->name, "root");
    EXPECT_EQ(root->home, "/root");
    EXPECT_EQ(root->shell, "/bin/ash");
}

TEST(Passwd, MalformedLinesAreSkipped) {
    using std::string_literals::operator""s;
    for (const auto& text : {""s, "root"s, "root:x:0:0:r:/root\n"s, "root:x:0:0:r:/root:/bin/sh:more\n"s, ":::::::\n"s,
                             "root:x:0:0:r:/root:/bin/\0sh\n"s, "root:x:00:0:r:/root:/bin/sh"s})
        EXPECT_FALSE(find_account(text, "0")) << text;
    EXPECT_TRUE(find_account("rubbish\n\n+::::::\nroot:x:0:0:r:/root:/bin/sh", "0"));
}


TEST(Passwd, AccountsAreFoundByNameAndByNumber) {
    const std::string passwd = "root:x:0:0::/root:/bin/sh\na:x:7:8:comment:/home/a:/bin/a\nb:x:seven:8::/:/"
                               "\nc:x:4294967295:0::/:/\nb:x:9:9::/b:/b\n";
    const auto named = find_account_named(passwd, "a");
    ASSERT_TRUE(named);
    EXPECT_EQ(named->uid, 7U);
    EXPECT_EQ(named->gid, 8U);
    EXPECT_EQ(named->home, "/home/a");
    EXPECT_EQ(find_account_named(passwd, "b")->uid, 9U) << "a line without a number is none";
    EXPECT_FALSE(find_account_named(passwd, "c")) << "to setresuid that id means none";
    EXPECT_FALSE(find_account_named(passwd, ""));
    EXPECT_FALSE(find_account(passwd, "10"));
}

TEST(Passwd, GroupsOfAUserAreThoseThatListIt) {
    const std::string group = "root:x:0:\nz:x:30:b,a\ny:x:20:ab,a,a\nx:x:10:ab\nbad:x::a\nw:x:30:a\n";
    EXPECT_EQ(groups_of(group, "a"), (std::vector<std::uint32_t>{20, 30}));
    EXPECT_TRUE(groups_of(group, "").empty());
    EXPECT_EQ(find_group(group, "y"), 20U);
    EXPECT_FALSE(find_group(group, "bad"));
    EXPECT_FALSE(find_group(group, ""));
}


TEST(Exposition, IsFamilyByFamilyAndEscapesLabels) {
    JailSample up, down;
    up.status.name = "a\"b\\c";
    up.status.running = RunningJail{"a", 5, "/", 1700000000, false, ""};
    up.state = "running";
    up.usage = {3, 4096, 1.5, -1};
    down.status.name = "d";
    down.state = "stopped";
    down.last_backup = 1700000001;
    const std::string text = exposition({up, down});
    EXPECT_THAT(text,
                testing::HasSubstr("# TYPE jailctl_jail_running gauge\njailctl_jail_running{jail=\"a\\\"b\\\\c\"} 1\n"
                                   "jailctl_jail_running{jail=\"d\"} 0\n# HELP"));
    EXPECT_THAT(text, testing::HasSubstr("jailctl_jail_cpu_seconds_total{jail=\"a\\\"b\\\\c\"} 1.500000\n"));
    EXPECT_THAT(text, testing::HasSubstr("Unix time.\n# TYPE jailctl_jail_last_backup_time_seconds gauge\n"
                                         "jailctl_jail_last_backup_time_seconds{jail=\"d\"} 1700000001\n"));
    EXPECT_THAT(text, testing::Not(testing::HasSubstr("jailctl_jail_io_bytes_total{")));
    EXPECT_THAT(text, testing::Not(testing::HasSubstr("jailctl_jail_tasks{jail=\"d\"}")));
}

}  // namespace
}  // namespace jailctl::lifecycle
