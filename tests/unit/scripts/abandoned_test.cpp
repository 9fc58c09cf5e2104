/// Scripts whose jailctl was killed while they ran: told, ended and removed.
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <filesystem>

#include "jailctl/sdk/examination.hpp"
#include "jailctl/sdk/process.hpp"
#include "scripts_fixture.hpp"

namespace jailctl {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class AbandonedScripts : public Scripts {
protected:
    void SetUp() override {
        Scripts::SetUp();
        if (IsSkipped()) return;
        ::prctl(PR_SET_CHILD_SUBREAPER, 1);  // the first process of a container may reap nobody
        for (const fs::path hierarchy : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"})
            if (fs::exists(hierarchy / "cgroup.procs")) groups_ = hierarchy / "jailctl";
        if (groups_.empty()) GTEST_SKIP() << "no cgroup2 here: there are no groups of scripts";
    }
    void TearDown() override {
        if (script_ > 0 && process_start_time(script_)) ::kill(script_, SIGKILL);
        if (script_ > 0) (void)ended(script_);
        Scripts::TearDown();
    }
    /// A process of ours runs a script before a start, which tells its pid, or that of what it
    /// started, in the file "pid".
    /// @return how that process ended
    int start_with(const std::string& body) {
        configure("BEFORESTART_HOOKS", script("maker", body));
        jailctl_ = ::fork();
        if (jailctl_ == 0) {
            before_start();
            ::_exit(0);
        }
        int status = 0;
        ::waitpid(jailctl_, &status, 0);
        configure("BEFORESTART_HOOKS", "");
        script_ = std::stoi(output("pid"));
        return status;
    }
    /// It is killed by its script. @return the script's pid, which does `then`
    pid_t abandon(const std::string& then) {
        EXPECT_TRUE(WIFSIGNALED(start_with("echo $$ >" + (scratch_ / "pid").string() + "; kill -9 $PPID; " + then)));
        return script_;
    }
    std::vector<Finding> findings() {
        Diagnosis diagnosis;
        auto leases = host_.hooks().fire(Examination{host_, diagnosis});
        return diagnosis.findings();
    }
    static bool ended(pid_t pid) {
        for (int i = 0; i < 1000 && process_start_time(pid); ++i) {
            (void)::waitpid(pid, nullptr, WNOHANG);
            ::usleep(10'000);
        }
        return !process_start_time(pid);
    }
    fs::path groups_;
    pid_t jailctl_ = 0, script_ = 0;
};

TEST_F(AbandonedScripts, AreToldAndEndedByDoctor) {
    const pid_t pid = abandon("exec sleep 600");
    const auto found = findings();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].code, "leftover-hook");
    EXPECT_THAT(found[0].message, HasSubstr("and a process of it still runs"));
    EXPECT_THAT(found[0].fix, HasSubstr("kill what runs in control group jailctl/hook-"));
    EXPECT_TRUE(process_start_time(pid)) << "doctor only looks";
    found[0].remedy(host_);
    EXPECT_TRUE(ended(pid));
    EXPECT_TRUE(findings().empty());
    EXPECT_NO_THROW(found[0].remedy(host_));
}

TEST_F(AbandonedScripts, AreToldWhenNothingRunsAnyMore) {
    ASSERT_TRUE(ended(abandon("exit 0")));
    const auto found = findings();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].fix.find("remove control group jailctl/hook-"), 0U) << found[0].fix;
    found[0].remedy(host_);
    EXPECT_TRUE(findings().empty());
}

TEST_F(AbandonedScripts, AreEndedByTheNextStartThoughItHasNoScripts) {
    const pid_t pid = abandon("exec sleep 600");
    before_start();
    EXPECT_TRUE(ended(pid));
    EXPECT_TRUE(findings().empty());
}

TEST_F(AbandonedScripts, AreEndedByTheNextScript) {
    const pid_t pid = abandon("exec sleep 600");
    configure("AFTERSTART_HOOKS", script("next", "exit 0"));
    after_start(1);
    EXPECT_TRUE(ended(pid));
}

TEST_F(AbandonedScripts, OfAnotherConfigurationAreNotTouched) {
    const pid_t pid = abandon("exec sleep 600");
    const auto own = host_.fake_configuration.settings["RUN_DIR"];
    host_.fake_configuration.settings.set("RUN_DIR", {"/run/another", {}, true});
    EXPECT_TRUE(findings().empty());
    before_start();
    EXPECT_TRUE(process_start_time(pid));
    host_.fake_configuration.settings.set("RUN_DIR", own);
    before_start();
    EXPECT_TRUE(ended(pid));
}

TEST_F(AbandonedScripts, AreThoseOfThisConfigurationHoweverItsRunDirIsWritten) {
    const pid_t pid = abandon("exec sleep 600");
    const auto own = host_.fake_configuration.settings["RUN_DIR"];
    host_.fake_configuration.settings.set("RUN_DIR", {own.text + "//", {}, true});
    EXPECT_EQ(findings().size(), 1U);
    before_start();
    EXPECT_TRUE(ended(pid));
    host_.fake_configuration.settings.set("RUN_DIR", own);
}

/// As a supervisor does, or what starts containers.
class ScriptsWithGroups : public AbandonedScripts {
protected:
    /// What a script does that puts `sleep` into a group below its own, and says its pid.
    std::string group_below(const std::string& name) const {
        return "own=" + groups_.parent_path().string() + "$(sed -n 's/^0:://p' /proc/self/cgroup); mkdir -p $own/" +
               name + "/inner; sleep 600 >/dev/null 2>&1 & echo $! >" + (scratch_ / "pid").string() +
               "; echo $! >$own/" + name + "/inner/cgroup.procs; ";
    }
    [[nodiscard]] std::size_t left() const {
        std::size_t count = 0;
        for (const auto& entry : fs::directory_iterator(groups_))
            count += entry.path().filename().string().starts_with("hook-" + std::to_string(jailctl_)) ? 1 : 0;
        return count;
    }
};

TEST_F(ScriptsWithGroups, LeaveADaemonInAGroupOfItsOwnAlone) {
    ASSERT_TRUE(WIFEXITED(start_with(group_below("box"))));
    EXPECT_TRUE(process_start_time(script_));
    EXPECT_EQ(left(), 1U);
    EXPECT_TRUE(findings().empty()) << "nothing was abandoned";
    before_start();
    EXPECT_TRUE(process_start_time(script_)) << "the next start let it live";
    ::kill(script_, SIGKILL);
    EXPECT_TRUE(ended(script_));
    before_start();
    EXPECT_EQ(left(), 0U) << "empty groups go with the next start";
}

TEST_F(ScriptsWithGroups, LeaveNoGroupThatIsEmpty) {
    const std::string gone = "kill -9 $(cat " + (scratch_ / "pid").string() + "); wait";
    ASSERT_TRUE(WIFEXITED(start_with(group_below("box") + gone)));
    EXPECT_EQ(left(), 0U);
}

TEST_F(ScriptsWithGroups, AreEndedWithTheirGroupsWhenTheyWereAbandoned) {
    ASSERT_TRUE(WIFSIGNALED(start_with(group_below("box") + "kill -9 $PPID")));
    ASSERT_EQ(findings().size(), 1U);
    EXPECT_THAT(findings()[0].message, HasSubstr("of it still run"));
    before_start();
    EXPECT_TRUE(ended(script_));
    EXPECT_EQ(left(), 0U);
}

TEST_F(AbandonedScripts, AreThoseWhosePidIsAnotherProcesssNow) {
    ASSERT_TRUE(ended(abandon("exit 0")));
    const auto found = findings();
    ASSERT_EQ(found.size(), 1U);
    const auto at = found[0].message.find("hook-");
    const std::string name = found[0].message.substr(at, found[0].message.find(' ', at) - at);
    found[0].remedy(host_);
    // The same with the pid of one that lives, which started at another time; and with the time it did start.
    const auto rest = name.substr(name.find('-', name.find('-', 5) + 1));
    const std::string ours = "hook-" + std::to_string(::getpid()) + "-";
    fs::create_directory(groups_ / (ours + "1" + rest));
    const auto living = groups_ / (ours + std::to_string(*process_start_time(::getpid())) + rest);
    fs::create_directory(living);
    const auto now = findings();
    ASSERT_EQ(now.size(), 1U);
    EXPECT_THAT(now[0].message, HasSubstr(ours + "1-"));
    now[0].remedy(host_);
    EXPECT_TRUE(fs::remove(living));
}

}  // namespace
}  // namespace jailctl
