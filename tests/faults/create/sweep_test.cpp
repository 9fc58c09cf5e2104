// create and delete killed at every point of their journal: status is true afterwards, and the next command cleans up.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.hpp"

namespace jailctl::test {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

namespace {

constexpr int most_points = 200;

class KillSweep : public OneJail {
protected:
    void SetUp() override {
        JAILCTL_NEEDS_ROOT();
        spit(site_.path() / "addons" / "dellist4.txt", "usr/bin/awk\n");
    }
    bool stands() const { return std::filesystem::exists(root_); }
    // The mark of a jail must fit what stands on disk: never ' ' without a root, never '!' with one.
    void expect_status_is_true(int point) const {
        const Result status = site_.jailctl({"status"});
        const auto at = status.out.find("a.test");
        ASSERT_NE(at, std::string::npos) << status.all();
        const char mark = status.out[at - 1];
        EXPECT_TRUE(mark == '?' || mark == (stands() ? ' ' : '!'))
            << "point " << point << ": '" << mark << "'\n" << status.out;
        if (stands()) {
            EXPECT_TRUE(std::filesystem::exists(root_ / "etc/rc.conf")) << "half a jail at point " << point;
        }
    }
    void expect_whole(int point) const {
        EXPECT_TRUE(std::filesystem::exists(root_ / "etc/rc.conf")) << "point " << point;
        EXPECT_TRUE(std::filesystem::exists(site_.state() / "bases" / "a.test.json")) << "point " << point;
        EXPECT_THAT(slurp(site_.state() / "ids.json"), HasSubstr("a.test")) << "point " << point;
        EXPECT_THAT(site_.leftovers(), IsEmpty()) << "point " << point;
    }
    // create again, or nothing if it is there: both end in a whole jail.
    void create_anew(int point) const {
        const Result again = create();
        EXPECT_TRUE(again.status == 0 || (again.status == 1 && stands())) << "point " << point << "\n" << again.all();
        expect_whole(point);
    }
    void delete_now(int point) const {
        const Result gone = remove();
        EXPECT_TRUE(gone.status == 0 || gone.err.find("does not exist") != std::string::npos)
            << "point " << point << "\n" << gone.all();
        expect_no_jail("point " + std::to_string(point));
    }
};

}  // namespace

TEST_F(KillSweep, CreateThenCreateAgain) {
    int point = 1;
    for (; point < most_points; ++point) {
        if (!killed_at(point, site_, {"create", "a.test", "--batch"})) break;
        expect_status_is_true(point);
        create_anew(point);
        delete_now(point);
        if (HasFailure()) return;
    }
    EXPECT_GT(point, 20) << "the sweep reached the end too soon";
    expect_whole(point);
}

TEST_F(KillSweep, CreateThenDelete) {
    int point = 1;
    for (; point < most_points; ++point) {
        if (!killed_at(point, site_, {"create", "a.test", "--batch"})) break;
        delete_now(point);
        if (HasFailure()) return;
    }
    EXPECT_GT(point, 20);
}

TEST_F(KillSweep, CreateWithItsScriptAndTheCleaningAfterIt) {
    spit(site_.path() / "addons" / "runme.sh", "echo hello\n", 0755);
    const Leaks leaks(site_.path());
    for (int point = 2; point < most_points; point += 3) {
        if (!killed_at(point, site_, {"create", "a.test", "--batch"})) break;
        for (int second = 1; second < 5; ++second) (void)site_.jailctl({"delete", "a.test", "--yes"}, kill_at(second));
        expect_status_is_true(point);
        delete_now(point);
        EXPECT_THAT(leaks.found(), IsEmpty()) << "point " << point;
        if (HasFailure()) return;
    }
}

TEST_F(KillSweep, DeleteThenDeleteAgain) {
    int point = 1;
    for (; point < most_points; ++point) {
        ASSERT_EQ(create().status, 0);
        if (!killed_at(point, site_, {"delete", "a.test", "--yes"})) break;
        expect_status_is_true(point);
        delete_now(point);
        if (HasFailure()) return;
    }
    EXPECT_GT(point, 5);
    expect_no_jail();
}

TEST_F(KillSweep, DeleteThenCreate) {
    for (int point = 1; point < most_points; ++point) {
        if (!stands()) {
            ASSERT_EQ(create().status, 0);
        }
        if (!killed_at(point, site_, {"delete", "a.test", "--yes"})) break;
        create_anew(point);
        if (HasFailure()) return;
    }
}

// Points of the journal are where the program looks; the clock is where users look.
TEST_F(KillSweep, CreateAtAnyMoment) {
    for (int milliseconds = 5; milliseconds < 400; milliseconds += 35) {
        const std::string run = "exec timeout -s KILL 0." +
                                std::string(milliseconds < 10 ? "00" : milliseconds < 100 ? "0" : "") +
                                std::to_string(milliseconds) + " " + (stage() / "bin/jailctl").string() + " --config " +
                                site_.config().string() + " create a.test --batch";
        (void)run_command({"/bin/sh", "-c", run});
        expect_status_is_true(milliseconds);
        delete_now(milliseconds);
        if (HasFailure()) return;
    }
}

TEST_F(KillSweep, ASignalUndoesAndEndsByThatSignal) {
    spit(site_.path() / "addons" / "runme.sh", "touch /begun; sleep 600\n", 0755);
    const std::string answer = (site_.path() / "answer.json").string();
    const auto begun = site_.home() / ".jailctl-create-a.test" / "begun";
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGALRM}) {
        const std::string program = (stage() / "bin/jailctl").string(), config = site_.config().string();
        const pid_t child = ::fork();
        if (child == 0) {
            if (std::freopen(answer.c_str(), "w", stdout) == nullptr) ::_exit(126);
            ::execl(program.c_str(), "jailctl", "--config", config.c_str(), "--json", "create", "a.test", "--batch",
                    nullptr);
            ::_exit(127);
        }
        for (int i = 0; i < 300 && !std::filesystem::exists(begun); ++i) ::usleep(100'000);
        ASSERT_TRUE(std::filesystem::exists(begun)) << "runme.sh never began";
        ::kill(child, signal);
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == signal)
            << "signal " << signal << ": wait status " << status;
        expect_no_jail();
        const Value document = parse_json(slurp(answer));
        EXPECT_EQ(document["status"].num(), 128 + signal);
        EXPECT_TRUE(document["jails"].items().at(0)["root_password"].is_null()) << "there is no jail";
    }
}

}  // namespace jailctl::test
