/// The hook variables of jails.conf through the installed program: order, veto, report, exit statuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>


#include "support.hpp"

namespace jailctl::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr auto jail = "www.test";

class Hooks : public ::testing::Test {
protected:
    void SetUp() override {
        JAILCTL_NEEDS_ROOT();
        site_ = std::make_unique<Site>(std::vector<std::string>{"www.test:192.0.2.7"});
        leaks_ = std::make_unique<Leaks>(site_->path());
    }
    void TearDown() override {
        if (!site_) return;
        configure("");
        site_->jailctl({"--batch", "stop", "all"});
        EXPECT_THAT(leaks_->found(), IsEmpty());
        EXPECT_THAT(site_->leftovers(), IsEmpty());
    }
    void configure(const std::string& more) { site_->configure({"www.test:192.0.2.7"}, "STOP_TIMEOUT=5\n" + more); }
    std::string script(const std::string& name, const std::string& body) {
        const auto file = site_->path() / name;
        spit(file, "#!/bin/sh\n" + body + "\n", 0755);
        return file.string();
    }
    /// A script that notes event, name, id and result in the file "seen".
    std::string noting() {
        return script("note",
                      "echo \"$JAILCTL_EVENT $1 ${2:+id} $JAILCTL_RESULT\" >>" + (site_->path() / "seen").string());
    }
    std::string seen() { return slurp(site_->path() / "seen"); }
    void create() {
        const auto made = site_->jailctl({"--batch", "create", jail});
        ASSERT_EQ(made.status, 0) << made.all();
    }

    std::unique_ptr<Site> site_;
    std::unique_ptr<Leaks> leaks_;
};

TEST_F(Hooks, EveryCommandOfAJailsLifeCallsThem) {
    const auto note = noting();
    std::string variables;
    for (const std::string what : {"CREATE", "START", "STATUS", "STOP", "BACKUP", "DELETE", "RESTORE"}) {
        variables += "BEFORE" + what + "_HOOKS=" + note + "\nAFTER" + what + "_HOOKS=" + note + "\n";
    }
    configure(variables);
    for (const std::vector<std::string>& command :
         {std::vector<std::string>{"create", jail}, {"start", jail}, {"status", jail}, {"stop", jail}, {"backup", jail},
          {"delete", jail}, {"restore", jail}}) {
        std::vector<std::string> words{"--batch"};
        words.insert(words.end(), command.begin(), command.end());
        const auto result = site_->jailctl(words);
        EXPECT_EQ(result.status, 0) << command[0] << ": " << result.all();
    }
    EXPECT_EQ(seen(),
              "before-create www.test  \nafter-create www.test  done\n"
              "before-start www.test  \nafter-start www.test id done\n"
              "before-status www.test id \nafter-status www.test id done\n"
              "before-stop www.test id \nafter-stop www.test  done\n"
              "before-backup www.test  \nafter-backup www.test  done\n"
              "before-delete www.test  \nafter-delete www.test  done\n"
              "before-restore www.test  \nafter-restore www.test  done\n");
}

TEST_F(Hooks, ABeforeHookThatFailsVetoesBeforeTheFirstChange) {
    create();
    configure("BEFORESTART_HOOKS=" + script("no", "echo 'not today'; exit 7") + "\nAFTERSTART_HOOKS=" + noting() +
              "\n");
    const auto result = site_->jailctl({"start", jail});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.all(), HasSubstr("no: not today"));
    EXPECT_THAT(result.err, HasSubstr("BEFORESTART_HOOKS: "));
    EXPECT_THAT(result.err, HasSubstr("/no exited with status 7"));
    EXPECT_THAT(site_->jailctl({"status"}).out, HasSubstr(" www.test (192.0.2.7)"));
    EXPECT_THAT(seen(), Not(HasSubstr("done")));
    const auto document = site_->json({"start", jail});
    EXPECT_FALSE(document["ok"].truth(true));
    EXPECT_THAT(to_json(document), HasSubstr("\"vetoed\""));
}

TEST_F(Hooks, AnAfterHookThatFailsIsReportedAndTheJailRuns) {
    create();
    configure("AFTERSTART_HOOKS='" + script("bad", "exit 1") + " " + noting() + "'\n");
    const auto result = site_->jailctl({"start", jail});
    EXPECT_EQ(result.status, 4) << result.all();
    EXPECT_THAT(result.err, HasSubstr("/bad exited with status 1"));
    EXPECT_EQ(seen(), "after-start www.test id done\n");
    EXPECT_THAT(site_->jailctl({"status"}).out, HasSubstr("*www.test"));
}

/// The work is done, but whoever ended the command wants the loop it stands in to end, too.
TEST_F(Hooks, ACommandWhoseAfterHookIsInterruptedEndsByTheSignal) {
    create();
    configure("AFTERSTART_HOOKS=" + script("slow", "echo here >" + (site_->path() / "seen").string() +
                                                    "; exec sleep 600") +
              "\n");
    const auto told = site_->path() / "told";
    Program start;
    start.path = "/bin/sh";
    start.arguments = {"-c", "exec " + (stage() / "bin/jailctl").string() + " --config " + site_->config().string() +
                                 " start www.test 2>" + told.string()};
    ChildProcess child = spawn(start, -1);
    for (int i = 0; i < 6000 && seen() != "here\n"; ++i) ::usleep(10'000);
    child.kill(SIGTERM);
    EXPECT_EQ(child.wait().signal, SIGTERM);
    EXPECT_THAT(slurp(told), HasSubstr("AFTERSTART_HOOKS: interrupted by signal"));
    EXPECT_THAT(site_->jailctl({"status"}).out, HasSubstr("*www.test"));
}

TEST_F(Hooks, AHookThatHangsIsEndedAndAFloodDoesNotBlock) {
    create();
    configure("HOOK_TIMEOUT=1\nBEFORESTART_HOOKS=" + script("hang", "exec sleep 600") + "\n");
    const auto result = site_->jailctl({"start", jail});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, HasSubstr("hang did not end within 1"));
    configure("BEFORESTART_HOOKS=" + script("flood", "yes | head -c 50000000") + "\n");
    const auto flooded = site_->jailctl({"start", jail});
    EXPECT_EQ(flooded.status, 0);
    EXPECT_LT(flooded.all().size(), 200000U);
}

TEST_F(Hooks, AScriptOthersCanWriteIsNotRun) {
    create();
    const auto file = script("loose", "touch " + (site_->path() / "ran").string());
    std::filesystem::permissions(file, std::filesystem::perms(0777));
    configure("BEFORESTART_HOOKS=" + file + "\n");
    EXPECT_EQ(site_->jailctl({"start", jail}).status, 1);
    EXPECT_FALSE(std::filesystem::exists(site_->path() / "ran"));
}

TEST_F(Hooks, ARelativePathIsAnErrorOfTheConfiguration) {
    configure("BEFORESTART_HOOKS=true\n");
    const auto result = site_->jailctl({"status"});
    EXPECT_EQ(result.status, 2) << result.all();
    EXPECT_THAT(result.err, HasSubstr("'true' is no absolute path of a script"));
}

TEST_F(Hooks, ABeforeStatusHookThatFailsHidesTheJail) {
    create();
    configure("BEFORESTATUS_HOOKS=/usr/bin/false\n");
    const auto result = site_->jailctl({"status"});
    EXPECT_NE(result.status, 0);
    EXPECT_THAT(result.out, Not(HasSubstr("www.test (192.0.2.7)")));
}

TEST_F(Hooks, StatusWorksInsideAHookAndAChangeOfTheSameJailIsBusy) {
    create();
    const auto program = (stage() / "bin/jailctl").string() + " --config " + site_->config().string();
    configure("BEFORESTART_HOOKS=" +
              script("nested", program + " status >" + (site_->path() / "status").string() + " || exit 9\n" + program +
                                   " --batch delete www.test 2>" + (site_->path() / "delete").string() +
                                   " && exit 8\nexit 0") +
              "\n");
    const auto result = site_->jailctl({"start", jail});
    EXPECT_EQ(result.status, 0) << result.all();
    EXPECT_THAT(slurp(site_->path() / "status"), HasSubstr(" www.test (192.0.2.7)"));
    EXPECT_THAT(slurp(site_->path() / "delete"), HasSubstr("www.test is busy: start by pid"));
}

}  // namespace
}  // namespace jailctl::test
