#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support.hpp"

/// `config check` and `config show` as an operator sees them: whole output and exit status.
namespace jailctl::test {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(ConfigCheck, SaysOkAndTheNumberOfJails) {
    const Site site({"a.test:192.0.2.1", "b.test:192.0.2.2"});
    const Result result = site.jailctl({"config", "check"});
    EXPECT_EQ(result.status, 0) << result.all();
    EXPECT_EQ(result.out, site.config().string() + ": ok, 2 jails\n");
    EXPECT_EQ(result.err, "");
}

TEST(ConfigCheck, PrintsEveryDiagnosticWithItsCaretAndEndsWithTwo) {
    const Site site({"a.test:192.0.2.1"}, "JAILS=\"$JAILS b.test:192.0.2.470\"\nPIDS=many\n");
    const Result result = site.jailctl({"config", "check"});
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.all(), HasSubstr(site.config().string() + ":10:22: error: JAILS: "));
    EXPECT_THAT(result.all(), HasSubstr("\nJAILS=\"$JAILS b.test:192.0.2.470\"\n                     ^\n"));
    EXPECT_THAT(result.all(), HasSubstr(site.config().string() + ":11:6: error: PIDS: "));
    EXPECT_THAT(result.all(), Not(HasSubstr(": ok")));
}

TEST(ConfigCheck, RunsNothing) {
    const Site site({}, "X=$(touch " + std::string("/var/tmp/jailctl-must-not-exist") + ")\n");
    const Result result = site.jailctl({"config", "check"});
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.all(), HasSubstr("command substitution"));
    EXPECT_FALSE(std::filesystem::exists("/var/tmp/jailctl-must-not-exist"));
}

TEST(ConfigCheck, WarnsOfMisspeltNamesWithoutFailing) {
    const Site site({"a.test:192.0.2.1"}, "NAMSERVER=192.0.2.53\n");
    const Result result = site.jailctl({"config", "check"});
    EXPECT_EQ(result.status, 0) << result.all();
    EXPECT_THAT(result.all(), HasSubstr("warning: NAMSERVER is unknown"));
    EXPECT_THAT(result.all(), HasSubstr("did you mean NAMESERVER?"));
}

TEST(ConfigCheck, NamesWhatThisVersionDoesNotActOn) {
    const Site site({"a.test:192.0.2.1"}, "MOUNTS=/srv\n");
    const Result result = site.jailctl({"config", "check"});
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.all(), HasSubstr("MOUNTS is not supported by this version"));
}

TEST(ConfigCheck, AWorldWritableFileIsRefusedByEveryCommand) {
    const Site site({"a.test:192.0.2.1"});
    std::filesystem::permissions(site.config(), std::filesystem::perms::others_write,
                                 std::filesystem::perm_options::add);
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"config", "check"}, {"status"}, {"start", "a.test"}}) {
        const Result result = site.jailctl(words);
        EXPECT_EQ(result.status, 2) << words[0] << ": " << result.all();
        EXPECT_THAT(result.all(), HasSubstr(site.config().string()));
    }
}

TEST(ConfigCheck, JsonCarriesTheSame) {
    const Site site({"a.test:192.0.2.1"}, "PIDS=many\n");
    const Value document = site.json({"config", "check"});
    EXPECT_FALSE(document["ok"].truth(true));
    ASSERT_EQ(document["diagnostics"].items().size(), 1U);
    EXPECT_EQ(document["diagnostics"].items()[0]["line"].num(), 10);
    EXPECT_EQ(document["diagnostics"].items()[0]["severity"].str(), "error");
    const std::string message = document["errors"].items().at(0)["message"].str();
    EXPECT_EQ(message.find(site.config().string() + ":10:"), 0U) << message;
    EXPECT_EQ(message.find("error:"), message.npos) << message;
    EXPECT_EQ(site.jailctl({"--json", "config", "check"}).err.find("error: " + message + "\n"), 0U);
}

TEST(ConfigCheck, ReportsHooksThatACommandWouldRefuse) {
    JAILCTL_NEEDS_ROOT();
    Site site({"a.test:192.0.2.1"});
    const auto file = [&](const char* name, mode_t mode) {
        spit(site.path() / name, "#!/bin/sh\ntouch " + (site.path() / "ran").string() + "\n", mode);
        std::filesystem::permissions(site.path() / name, std::filesystem::perms(mode));
        return (site.path() / name).string();
    };
    const std::string good = file("good", 0755), loose = file("loose", 0777), plain = file("plain", 0644);
    const std::string absent = (site.path() / "absent").string();
    site.configure({"a.test:192.0.2.1"}, "BEFORESTART_HOOKS=\"" + good + " " + loose + "\"\nAFTERSTOP_HOOKS=" + absent);
    std::filesystem::create_directory(site.path() / "jails.d");
    spit(site.path() / "jails.d/a.test.conf", "BEFORESTOP_HOOKS=" + plain + "\n", 0600);
    const Result result = site.jailctl({"config", "check"});
    EXPECT_EQ(result.status, 2);
    const std::string before = "BEFORESTART_HOOKS=\"" + good + " ";
    EXPECT_THAT(result.out, HasSubstr(site.config().string() + ":10:" + std::to_string(before.size() + 1) +
                                      ": error: BEFORESTART_HOOKS: " + loose + " can be written by other users\n"));
    EXPECT_THAT(result.out, HasSubstr("^\nchmod go-w " + loose + "\n"));
    EXPECT_THAT(result.out,
                HasSubstr(site.config().string() + ":11:17: error: AFTERSTOP_HOOKS: cannot open " + absent));
    EXPECT_THAT(result.out,
                HasSubstr("jails.d/a.test.conf:1:18: error: BEFORESTOP_HOOKS: " + plain + " is not executable\n"));
    EXPECT_THAT(result.out, Not(HasSubstr("error: BEFORESTART_HOOKS: " + good)));
    EXPECT_FALSE(std::filesystem::exists(site.path() / "ran"));
    EXPECT_EQ(site.json({"config", "check"})["diagnostics"].items().size(), 3U);
    EXPECT_EQ(site.jailctl({"status"}).status, 0) << "other commands go on without them";
}

TEST(ConfigCheck, TheInstalledSampleIsFine) {
    const auto sample = stage() / "etc/jails.conf.sample";
    const std::string text = slurp(sample);
    ASSERT_THAT(text, HasSubstr("JAILS="));
    const Scratch scratch;
    spit(scratch.path() / "jails.conf", text, 0600);
    const std::string jailctl = (stage() / "bin/jailctl").string();
    const Result result =
        run_command({jailctl, "--config", (scratch.path() / "jails.conf").string(), "config", "check"});
    EXPECT_EQ(result.status, 0) << result.all();
    EXPECT_EQ(result.all(), (scratch.path() / "jails.conf").string() + ": ok, 0 jails\n");
}

TEST(ConfigShow, PrintsSettingsWithTheirOrigin) {
    const Site site({"a.test:192.0.2.1"}, "PIDS=100\n");
    std::filesystem::create_directory(site.path() / "jails.d");
    spit(site.path() / "jails.d/a.test.conf", "PIDS=200\n", 0600);
    const Result host = site.jailctl({"config", "show"});
    EXPECT_EQ(host.status, 0) << host.all();
    EXPECT_THAT(host.out, HasSubstr("PIDS=\"100\"   # " + site.config().string() + ":10\n"));
    EXPECT_THAT(host.out, HasSubstr("BASE=\"busybox\"   # default\n"));
    const Result jail = site.jailctl({"config", "show", "a.test"});
    EXPECT_THAT(jail.out, HasSubstr("PIDS=\"200\"   # " + (site.path() / "jails.d/a.test.conf").string() + ":1\n"));
    const Value document = site.json({"config", "show", "a.test"});
    EXPECT_EQ(document["settings"]["PIDS"]["value"].str(), "200");
    EXPECT_EQ(document["jail"]["name"].str(), "a.test");
}

TEST(ConfigShow, AnUnknownJailIsAUsageError) {
    const Site site({"a.test:192.0.2.1"});
    const Result result = site.jailctl({"config", "show", "b.test"});
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.all(), HasSubstr("b.test"));
}

}  // namespace
}  // namespace jailctl::test
