/// What a script of jails.conf is given, and what its verdict does.
#include "scripts_fixture.hpp"

namespace jailctl {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST_F(Scripts, DeclaresAVariablePerEventThatTakesAbsolutePathsAlone) {
    ASSERT_EQ(host_.variables.size(), 16U);
    std::vector<std::string> names;
    for (const auto& variable : host_.variables) names.push_back(variable.name);
    for (const std::string when : {"BEFORE", "AFTER"}) {
        for (const std::string what : {"STATUS", "START", "STOP", "CREATE", "DELETE", "BACKUP", "RESTORE", "UPGRADE"}) {
            EXPECT_THAT(names, Contains(when + what + "_HOOKS"));
        }
    }
    const auto& check = host_.variables.front().check;
    EXPECT_NO_THROW(check("/usr/bin/true /bin/false"));
    EXPECT_NO_THROW(check(""));
    EXPECT_THROW(check("true"), Error);
    EXPECT_THROW(check("/usr/bin/true ../x"), Error);
    EXPECT_THROW(check("/usr/../bin/true"), Error);
}

TEST_F(Scripts, ReceivesNameIdEnvironmentAndDocument) {
    const auto file = scratch_.path().string();
    configure("AFTERSTART_HOOKS",
              script("look", "printf '%s|%s|%s' \"$#\" \"$1\" \"$2\" >" + file + "/arguments\n" + "env | sort >" +
                                 file + "/environment\ncat >" + file + "/document\npwd >" + file +
                                 "/cwd\nls /proc/self/fd >" + file + "/fds"));
    after_start(4711);
    EXPECT_EQ(output("arguments"), "2|www.example.org|4711");
    const auto environment = output("environment");
    for (const std::string line :
         {"JAILCTL_EVENT=after-start", "JAILCTL_JAIL=www.example.org", "JAILCTL_JID=4711", "JAILCTL_RESULT=done",
          "JAILCTL_ADDRESSES=192.0.2.7 192.0.2.8"}) {
        EXPECT_THAT(environment, HasSubstr(line + "\n"));
    }
    EXPECT_THAT(environment, HasSubstr("JAILCTL_ROOT=" + jail_.root.string() + "\n"));
    EXPECT_THAT(environment, Not(HasSubstr("HOME=")));
    EXPECT_EQ(output("cwd"), "/\n");
    EXPECT_EQ(output("fds"), "0\n1\n2\n3\n") << "3 is the directory ls reads";
    const auto document = parse_json(output("document"));
    EXPECT_EQ(document["event"].str(), "after-start");
    EXPECT_EQ(document["jail"].str(), "www.example.org");
    EXPECT_EQ(document["id"].num(), 4711);
    EXPECT_EQ(document["addresses"].items().size(), 2U);
    EXPECT_EQ(document["result"].str(), "done");
}

TEST_F(Scripts, AStoppedJailHasAnEmptyIdAndABeforeEventNoResult) {
    const auto file = scratch_.path().string();
    configure("BEFORESTART_HOOKS", script("look", "printf '%s|%s' \"$2\" \"$JAILCTL_RESULT\" >" + file +
                                                      "/seen; cat >" + file + "/document"));
    before_start();
    EXPECT_EQ(output("seen"), "|");
    EXPECT_TRUE(parse_json(output("document"))["id"].is_null());
}

TEST_F(Scripts, AnAfterEventSaysWhatFailed) {
    const auto file = scratch_.path().string();
    configure("AFTERSTART_HOOKS", script("look", "echo \"$JAILCTL_RESULT\"; cat >" + file + "/document"));
    const Error failure(Errc::busy, "the jail is busy");
    after_start(0, &failure);
    EXPECT_THAT(host_.fake_console.infos, ElementsAre("look: busy"));
    EXPECT_EQ(parse_json(output("document"))["error"]["message"].str(), "the jail is busy");
}

TEST_F(Scripts, RunInOrderAndShowTheirLinesUnderTheirNames) {
    configure("BEFORESTART_HOOKS", script("one", "echo a; echo b >&2") + " " + script("two", "printf c"));
    before_start();
    EXPECT_THAT(host_.fake_console.infos, ElementsAre("one: a", "one: b", "two: c"));
}

TEST_F(Scripts, QuietTellsWhatAScriptWroteOnlyIfItFailed) {
    host_.fake_options.quiet = true;
    configure("AFTERSTART_HOOKS",
              script("good", "echo all is well") + " " + script("bad", "echo the disk is away; exit 1"));
    after_start(1);
    EXPECT_TRUE(host_.fake_console.infos.empty());
    EXPECT_THAT(host_.fake_console.lines, ElementsAre("bad: the disk is away"));
    host_.fake_console.lines.clear();
    configure("BEFORESTART_HOOKS", script("long", "seq 1 870 | sed 's/$/" + std::string(70, 'x') + "/'; exit 1"));
    EXPECT_EQ(error_of([&] { before_start(); }).code(), Errc::vetoed);
    ASSERT_FALSE(host_.fake_console.lines.empty());
    EXPECT_TRUE(host_.fake_console.lines.back().starts_with("long: 870x"));
    EXPECT_FALSE(host_.fake_console.lines.front().starts_with("long: 1x")) << "the last of it";
}

TEST_F(Scripts, AFailingBeforeScriptVetoesAndEndsTheList) {
    configure("BEFORESTART_HOOKS", script("no", "exit 3") + " " + script("never", "echo ran"));
    const auto error = error_of([&] { before_start(); });
    EXPECT_EQ(error.code(), Errc::vetoed);
    EXPECT_THAT(error.what(), HasSubstr("BEFORESTART_HOOKS: "));
    EXPECT_THAT(error.what(), HasSubstr("/no exited with status 3"));
    EXPECT_TRUE(host_.fake_console.infos.empty());
}

TEST_F(Scripts, AFailingAfterScriptIsReportedAndTheRestRuns) {
    configure("AFTERSTART_HOOKS",
              script("bad", "exit 1") + " " + script("good", "echo ran") + " " + script("dead", "kill -9 $$"));
    after_start(1);
    EXPECT_THAT(host_.fake_console.errors, ElementsAre(AllOf(HasSubstr("/bad exited with status 1; "),
                                                             HasSubstr("/dead was killed by signal 9"))));
    EXPECT_THAT(host_.fake_console.infos, ElementsAre("good: ran"));
}

TEST_F(Scripts, DryRunNamesThemAndRunsNone) {
    host_.fake_options.dry_run = true;
    const auto path = script("one", "echo ran");
    configure("BEFORESTART_HOOKS", path);
    before_start();
    EXPECT_THAT(host_.fake_console.lines, ElementsAre("would run BEFORESTART_HOOKS script " + path));
}

TEST_F(Scripts, WithoutOneConfiguredNothingIsDone) {
    before_start();
    after_start(1);
    EXPECT_TRUE(host_.fake_console.infos.empty());
}

}  // namespace
}  // namespace jailctl
