/// Scripts that may not be run, and scripts that misbehave.
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "jailctl/sdk/cgroup_mounts.hpp"
#include "jailctl/sdk/mounts.hpp"
#include "scripts_fixture.hpp"

namespace jailctl {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

bool gone(const std::string& pid) {
    for (int i = 0; i < 50; ++i) {
        std::ifstream stat("/proc/" + pid + "/stat");
        std::string number, name, state;
        if (!(stat >> number >> name >> state) || state == "Z") return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return false;
}

std::vector<std::string> hook_groups() {
    std::vector<std::string> found;
    std::error_code none;
    const std::string ours = "hook-" + std::to_string(::getpid());
    const UniqueFd top = open_unified();
    for (const auto& entry : fs::directory_iterator("/proc/self/fd/" + std::to_string(top.get()) + "/jailctl", none))
        if (entry.path().filename().string().starts_with(ours)) found.push_back(entry.path());
    return found;
}

bool groups_can_be_made() {
    try {
        const UniqueFd top = open_unified();
        return ::faccessat(top.get(), ".", W_OK, 0) == 0;
    } catch (const Error&) {
        return false;
    }
}

class Refused : public Scripts {
protected:
    std::string refusal(const std::string& path) {
        configure("BEFORESTART_HOOKS", path);
        const auto error = error_of([&] { before_start(); });
        EXPECT_EQ(error.code(), Errc::vetoed);
        EXPECT_FALSE(fs::exists(scratch_.path() / "ran"));
        return error.what();
    }
    std::string body() { return "touch " + (scratch_.path() / "ran").string(); }
};

TEST_F(Refused, WhatIsMissingOrNotExecutableOrNoFile) {
    EXPECT_THAT(refusal((scratch_.path() / "absent").string()), HasSubstr("absent"));
    EXPECT_THAT(refusal(script("plain", body(), 0644)), HasSubstr("is not executable"));
    EXPECT_THAT(refusal(scratch_.path().string()), HasSubstr("BEFORESTART_HOOKS"));
}

TEST_F(Refused, WhatOthersCanChange) {
    const auto file = script("loose", body());
    ASSERT_EQ(::chmod(file.c_str(), 0775), 0);
    EXPECT_THAT(refusal(file), HasSubstr("loose"));
    const auto other = script("foreign", body());
    ASSERT_EQ(::chown(other.c_str(), 4242, 0), 0);
    EXPECT_THAT(refusal(other), HasSubstr("foreign"));
    const auto directory = scratch_.path() / "open";
    fs::create_directory(directory);
    ASSERT_EQ(::chmod(directory.c_str(), 0777), 0);
    test::spit(directory / "in-it", "#!/bin/sh\n" + body() + "\n", 0755);
    EXPECT_THAT(refusal((directory / "in-it").string()), HasSubstr("open"));
}

TEST_F(Refused, HintsFitTheCause) {
    const auto hint = [&](const std::string& path) {
        configure("BEFORESTART_HOOKS", path);
        return error_of([&] { before_start(); }).hint();
    };
    EXPECT_EQ(hint((scratch_.path() / "absent").string()), "put the script there, or take it out of the configuration");
    EXPECT_EQ(hint(scratch_.path().string()), "name a script");
    const auto loose = script("loose", body());
    ASSERT_EQ(::chmod(loose.c_str(), 0777), 0);
    EXPECT_EQ(hint(loose), "chmod go-w " + loose);
    EXPECT_THAT(hint(script("no", "exit 1")), HasSubstr("the script said no"));
    EXPECT_THAT(hint(script("crash", "kill -SEGV $$")), HasSubstr("did not end by itself"));
    test::spit(scratch_.path() / "alien", "#!/no/such/shell\n", 0755);
    EXPECT_THAT(hint((scratch_.path() / "alien").string()), HasSubstr("interpreter"));
    jail_.settings.set("HOOK_TIMEOUT", {"1s", {"jails.conf", 1, 1}, true});
    EXPECT_THAT(hint(script("slow", "sleep 100")), HasSubstr("HOOK_TIMEOUT"));
}

TEST_F(Refused, AreKnownBeforeTheyAreRun) {
    const auto loose = script("loose", body()), plain = script("plain", body(), 0644), good = script("good", body());
    ASSERT_EQ(::chmod(loose.c_str(), 0777), 0);
    const auto variable = std::find_if(host_.variables.begin(), host_.variables.end(),
                                       [](const Variable& one) { return one.name == "BEFORESTART_HOOKS"; });
    ASSERT_NE(variable, host_.variables.end());
    const std::string value = loose + " " + good + " " + plain;
    Inspection inspection(host_, value, nullptr);
    variable->inspect(inspection);
    const auto& refused = inspection.objections();
    ASSERT_EQ(refused.size(), 2U);
    EXPECT_THAT(refused[0].error.what(), HasSubstr("loose can be written by other users"));
    EXPECT_EQ(refused[0].word, loose);
    EXPECT_THAT(refused[1].error.what(), HasSubstr("plain is not executable"));
    EXPECT_FALSE(fs::exists(scratch_.path() / "ran"));
}

TEST_F(Refused, WhatLiesInARoot) {
    test::spit(jail_.root / "hook", "#!/bin/sh\n" + body() + "\n", 0755);
    EXPECT_THAT(refusal((jail_.root / "hook").string()), HasSubstr("lies in the root of jail www.example.org"));
    fs::create_symlink(jail_.root / "hook", scratch_.path() / "link");
    EXPECT_THAT(refusal((scratch_.path() / "link").string()), HasSubstr("lies in the root of jail www.example.org"));
}

/// Where the jail's links lead out of it again.
TEST_F(Refused, WhatIsReachedByWayOfARoot) {
    fs::create_directories(jail_.root / "var");
    fs::create_directory_symlink(scratch_.path(), jail_.root / "var/out");
    fs::create_directory_symlink(jail_.root / "var", scratch_.path() / "into");
    fs::create_directory_symlink("into/out", scratch_.path() / "round");
    const auto good = fs::path(script("good", body())).filename();
    for (const fs::path& way : {jail_.root / "var/out", scratch_.path() / "into/out", scratch_.path() / "round",
                                scratch_.path() / "into/../../..", jail_.root / "../.."})
        EXPECT_THAT(refusal((way / good).string()), HasSubstr("lies in the root of jail www.example.org")) << way;
}

TEST_F(Scripts, TheTimeLimitEndsItAndWhatLeftItsProcessGroup) {
    configure("HOOK_TIMEOUT", "1");
    const auto pids = scratch_.path().string() + "/pids";
    // At once: it is born in its group, and so is what it starts.
    configure("BEFORESTART_HOOKS", script("hang", "setsid sleep 600 & echo $! >" + pids + "; exec sleep 600"));
    const auto begin = std::chrono::steady_clock::now();
    const auto error = error_of([&] { before_start(); });
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(60)) << "it sleeps for 600";
    EXPECT_EQ(error.code(), Errc::vetoed);
    EXPECT_THAT(error.what(), HasSubstr("hang did not end within 1"));
    const auto pid = test::slurp(pids);
    ASSERT_FALSE(pid.empty());
    const bool ended = gone(pid.substr(0, pid.find('\n')));
    if (!ended) ::kill(std::stoi(pid), SIGKILL);
    if (!groups_can_be_made()) GTEST_SKIP() << "no cgroup2 here: only the process group is killed";
    EXPECT_TRUE(ended);
    EXPECT_TRUE(hook_groups().empty());
}

/// A host where cgroup2 is mounted nowhere: this program anew, in a mount namespace, with the one test above.
TEST_F(Scripts, TheTimeLimitEndsWhatLeftItsProcessGroupWhereCgroup2IsNotMounted) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        if (::unshare(CLONE_NEWNS) != 0) ::_exit(77);
        if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) ::_exit(77);
        for (const auto& mount : current_mounts())
            if (mount.type == "cgroup2") ::umount2(mount.point.c_str(), MNT_DETACH);
        for (const auto& mount : current_mounts())
            if (mount.type == "cgroup2") ::_exit(77);
        const char* alone = "--gtest_filter=Scripts.TheTimeLimitEndsItAndWhatLeftItsProcessGroup";
        ::execl("/proc/self/exe", "scripts_test", alone, nullptr);
        ::_exit(99);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) GTEST_SKIP() << "mounts cannot be taken away here";
    EXPECT_EQ(status, 0);
}

TEST_F(Scripts, ADaemonStartedOnPurposeGoesOn) {
    const auto pids = scratch_.path().string() + "/pids";
    configure("AFTERSTART_HOOKS",
              script("daemon", "sleep 0.1; setsid sleep 600 >/dev/null 2>&1 </dev/null & echo $! >" + pids));
    after_start(1);
    const int pid = std::stoi(test::slurp(pids));
    EXPECT_EQ(::kill(pid, 0), 0);
    ::kill(pid, SIGKILL);
    EXPECT_TRUE(hook_groups().empty());
}

TEST_F(Scripts, AFloodIsReadButNotShown) {
    configure("BEFORESTART_HOOKS", script("flood", "yes 0123456789 | head -c 20000000; head -c 1000000 /dev/zero"));
    before_start();
    const auto& shown = host_.fake_console.infos;
    EXPECT_LE(shown.size(), 1001U);
    EXPECT_THAT(shown.back(), HasSubstr("writes more than is shown here"));
}

TEST_F(Scripts, ALineWithoutEndIsCut) {
    configure("BEFORESTART_HOOKS", script("long", "head -c 10000 /dev/zero | tr '\\0' x"));
    before_start();
    std::size_t bytes = 0;
    for (const auto& line : host_.fake_console.infos) {
        EXPECT_LE(line.size(), 4096U + 6U);
        bytes += line.size() - 6;
    }
    EXPECT_EQ(bytes, 10000U);
}

TEST_F(Scripts, ReadingNoInputIsFine) {
    for (int i = 0; i < 400; ++i) jail_.addresses.push_back(Address::parse("192.0.2.9"));
    configure("BEFORESTART_HOOKS", "/usr/bin/true");
    EXPECT_NO_THROW(before_start());
}

}  // namespace
}  // namespace jailctl
