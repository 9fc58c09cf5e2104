// While upgrade proves its copy, and after it was killed there: nobody takes the copy for the jail.
#include <csignal>
#include <fcntl.h>
#include <sys/wait.h>

#include "old_and_new.hpp"

namespace jailctl::test {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

namespace fs = std::filesystem;

/// An upgrade whose copy becomes ready only when it is told.
class UpgradeCopy : public OldAndNew {
protected:
    void SetUp() override {
        OldAndNew::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        use(pack("2"), "READY_COMMAND=\"cat /root/go\"\nREADY_TIMEOUT=300s\n");
        const std::string program = (stage() / "bin/jailctl").string(), config = site_.config().string();
        const std::vector<const char*> words{program.c_str(), "--config", config.c_str(), "upgrade", "a.test", nullptr};
        const std::string output = (site_.path() / "output").string();
        pid_ = ::fork();
        if (pid_ == 0) {
            const int file = ::open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
            ::dup2(file, STDOUT_FILENO);
            ::dup2(file, STDERR_FILENO);
            ::execv(program.c_str(), const_cast<char* const*>(words.data()));
            ::_exit(127);
        }
        for (int attempt = 0; attempt < 3000 && shown()["problem"].is_null(); ++attempt) ::usleep(100000);
        ASSERT_FALSE(shown()["problem"].is_null()) << slurp(output);
    }
    void TearDown() override {
        if (pid_ > 0) (void)kill_it();
        (void)site_.jailctl({"stop", "a.test"});
    }
    int kill_it() {
        ::kill(pid_, SIGKILL);
        return wait_for_it();
    }
    int wait_for_it() {
        int status = 0;
        ::waitpid(pid_, &status, 0);
        pid_ = -1;
        return status;
    }
    [[nodiscard]] Value shown() const { return site_.json({"status", "a.test"})["jails"].items().at(0); }
    /// What would work in the copy is refused, and writes nothing.
    void expect_refused(const std::vector<std::string>& words, int status, const std::string& sentence,
                        const std::string& hint) {
        const Result result = site_.jailctl(words);
        EXPECT_EQ(result.status, status) << words.front() << ": " << result.all();
        EXPECT_THAT(result.err, HasSubstr(sentence)) << words.front();
        EXPECT_THAT(result.err, HasSubstr(hint)) << words.front();
    }
    fs::path copy() const { return site_.home() / ".jailctl-upgrade-a.test"; }
    pid_t pid_ = -1;
};

TEST_F(UpgradeCopy, IsNotTheJailWhileItIsProved) {
    const Value status = shown();
    EXPECT_EQ(status["state"].str(), "stopped") << to_json(status);
    EXPECT_THAT(status["problem"].str(),
                HasSubstr("its upgrade is under way: a copy of it, " + copy().string() + ", runs"));
    EXPECT_TRUE(status["id"].is_null());
    EXPECT_THAT(site_.jailctl({"status", "--wide", "a.test"}).out,
                HasSubstr(" a.test (192.0.2.1)\n    a.test: its upgrade is under way"));
    EXPECT_TRUE(site_.json({"top", "--once", "a.test"})["jails"].items().empty());
    const std::string sentence =
        "a.test is not running: what runs is a copy of it, " + copy().string() + ", that its upgrade proves";
    for (const char* command : {"exec", "shell"}) {
        std::vector<std::string> words{command, "a.test"};
        if (words[0] == "exec") words.insert(words.end(), {"--", "sh", "-c", "echo precious >/root/lost"});
        expect_refused(words, 125, sentence, "hint: wait for the upgrade");
    }
    for (const char* command : {"start", "stop", "restart", "backup", "upgrade", "delete"})
        expect_refused({"--dry-run", command, "a.test"}, 1, "a.test is busy: upgrade by pid " + std::to_string(pid_),
                       "hint: repeat the command when that one has ended");
    expect_refused({"logs", "a.test"}, 1, "nothing is kept of what the init of a.test said",
                   "hint: it is kept from the next start on");
    spit(copy() / "root/go", "");
    EXPECT_EQ(wait_for_it(), 0) << slurp(site_.path() / "output");
    EXPECT_EQ(site_.jailctl({"logs", "a.test"}).status, 1) << "the jail itself has said nothing";
    EXPECT_TRUE(fs::exists(site_.state() / "console/a.test.copy"));
    EXPECT_FALSE(fs::exists(root_ / "root/lost"));
    expect_version("2");
    EXPECT_TRUE(shown()["problem"].is_null());
    EXPECT_THAT(leaks_.found(), IsEmpty());
}

TEST_F(UpgradeCopy, IsNotTheJailWhenTheUpgradeWasKilled) {
    (void)kill_it();
    const Value status = shown();
    EXPECT_EQ(status["state"].str(), "broken") << to_json(status);
    EXPECT_THAT(status["problem"].str(), HasSubstr("was interrupted: a copy of it, " + copy().string() + ", runs"));
    EXPECT_THAT(site_.jailctl({"status", "a.test"}).out, HasSubstr("'jailctl stop a.test' ends it"));
    const std::string left = "that an interrupted upgrade left", hint = "hint: 'jailctl stop a.test' ends";
    expect_refused({"exec", "a.test", "--", "true"}, 125, left, hint);
    expect_refused({"--dry-run", "set", "a.test", "MEMORY=512M"}, 1, left, hint);
    const Result stopped = site_.jailctl({"stop", "a.test"});
    EXPECT_EQ(stopped.status, 0) << stopped.all();
    EXPECT_THAT(stopped.out, HasSubstr("a.test does not run; what an interrupted upgrade left of it is removed"));
    expect_version("1");
    EXPECT_TRUE(shown()["problem"].is_null());
    EXPECT_EQ(shown()["state"].str(), "stopped");
    EXPECT_THAT(leaks_.found(), IsEmpty());
}

}  // namespace jailctl::test
