#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support.hpp"

/// Bad input: one sentence, a hint, status 2, usage for usage errors only, nothing attempted.
namespace jailctl::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Refusals : public testing::Test {
protected:
    void SetUp() override { JAILCTL_NEEDS_ROOT(); }
    Site site_{{"chii.domaine.com:192.0.2.43", "sumomo.domaine.com:192.0.2.46"}};

    void expect_refused(const std::vector<std::string>& words, const std::string& begins, bool usage = true) const {
        const auto result = site_.jailctl(words);
        EXPECT_EQ(result.status, 2) << result.err;
        EXPECT_EQ(result.out, "");
        EXPECT_THAT(result.err, StartsWith(begins));
        if (usage) EXPECT_THAT(result.err, HasSubstr("\nUsage:\njailctl "));
        else EXPECT_THAT(result.err, Not(HasSubstr("Usage:")));
    }
};

TEST_F(Refusals, UnknownCommandPrintsTheUsageOfTheOriginal) {
    const auto result = site_.jailctl({"strat", "chii.domaine.com"});
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err, StartsWith("jailctl: unknown command 'strat'\nhint: did you mean 'start'?\n\n"
                                       "Usage:\njailctl <command> <jail> [<path>]\n"
                                       "<command> = start|stop|status|create|delete|upgrade|backup|restore|"));
    EXPECT_THAT(result.err, HasSubstr("\n<jail> = hostname|all\n<path> = Backup destination / restore source\n"));
}

TEST_F(Refusals, UnknownOptionsGetTheNearestOne) {
    expect_refused({"start", "--bacth", "all"}, "jailctl: unknown option '--bacth'\nhint: did you mean '--batch'?\n");
    expect_refused({"--bacth", "start", "all"},
                   "jailctl: unknown option '--bacth' before the command\nhint: did you mean '--batch'?\n");
    expect_refused({"start", "all", "--zzzzzzzzzz=4"}, "jailctl: unknown option '--zzzzzzzzzz'\n\n");
    // No abbreviations: each would break with the next option.
    expect_refused({"start", "--jso", "all"}, "jailctl: unknown option '--jso'\nhint: did you mean '--json'?\n");
}

TEST_F(Refusals, ValuesOfGlobalOptions) {
    expect_refused({"--jobs", "0", "start", "all"}, "jailctl: --jobs: ");
    expect_refused({"--jobs=-5", "start", "all"}, "jailctl: --jobs: ");
    expect_refused({"--jobs", "many", "start", "all"}, "jailctl: --jobs: ");
    expect_refused({"start", "all", "--jobs"}, "jailctl: option '--jobs' needs a value\n");
    expect_refused({"start", "all", "--wait", "soon"}, "jailctl: --wait: ");
    expect_refused({"--color", "blue", "start", "all"}, "jailctl: --color: 'blue' is not auto, always or never\n");
    expect_refused({"--json=yes", "start", "all"}, "");
    expect_refused({"--config", "a", "--config", "b", "start", "all"},
                   "jailctl: option '--config' is given more than once\n");
    expect_refused({"--quiet", "start", "--verbose", "all"}, "jailctl: --quiet and --verbose exclude each other\n");
    expect_refused({"--plugin-dir", "relative", "plugins"}, "jailctl: --plugin-dir: 'relative' is no absolute path\n");
}

TEST_F(Refusals, UnknownJailNamesTheNearestAndPrintsNoUsage) {
    expect_refused({"start", "chii.domain.com"},
                   "jailctl: no jail 'chii.domain.com' in " + site_.config().string() +
                       "\nhint: did you mean 'chii.domaine.com'?\n", false);
    expect_refused({"start", "chii.domaine.com", "no\x1b[31msuch"}, "jailctl: no jail 'no\\x1b[31msuch' in ", false);
    EXPECT_FALSE(std::filesystem::exists(site_.path() / "log")) << "nothing was attempted, so nothing is logged";
}

TEST_F(Refusals, WordsThatDoNotFit) {
    expect_refused({"start"}, "jailctl: 'start' needs the name of a jail, or 'all'\n");
    expect_refused({"start", "all", "chii.domaine.com"}, "jailctl: 'all' stands alone");
    expect_refused({"backup", "./here", "chii.domaine.com"},
                   "jailctl: './here' is a path, and a path may only stand last\n");
    expect_refused({"version", "now"}, "jailctl: 'version' does not take 'now'\n");
    expect_refused({"backup", "all", "-"}, "jailctl: only one jail can be written to stdout\n");
    expect_refused({"plugins", "inpsect", "x"}, "jailctl: 'plugins' takes nothing, or 'inspect' and a name\n");
    expect_refused({"config", "chekc"}, "jailctl: 'config' takes 'check', or 'show' and at most one jail\n");
}

TEST_F(Refusals, AWordThatIsNothingIsToldWhatWasMeant) {
    const auto hint = [&](const std::vector<std::string>& words, const std::string& text) {
        const auto result = site_.jailctl(words);
        EXPECT_NE(result.status, 0) << result.err;
        EXPECT_THAT(result.err, HasSubstr("\nhint: " + text));
    };
    hint({"create", "chii"}, "did you mean 'chii.domaine.com'?");
    hint({"config", "show", "chii"}, "did you mean 'chii.domaine.com'?");
    hint({"cp", "/etc/hosts", "chii.domain.com:/etc"}, "did you mean 'chii.domaine.com'?");
    hint({"create", "new.domain.org"},
         "JAILS lists the jails there are, and 'jailctl status' shows them; a new one needs an entry there first\n");
    hint({"ls"}, "did you mean 'status'?");
    hint({"stat"}, "did you mean 'status'?");
    hint({"help", "nope"}, "'jailctl help' lists the commands there are\n");
    const std::string jailctl = "exec " + (stage() / "bin/jailctl").string() + " --config jails.conf ";
    const std::string there = "cd " + site_.path().string() + " && touch here.tar && ";
    for (const char* words : {"backup chii.domaine.com here.tar", "verify here.tar"}) {
        const auto bare = run_command({"/bin/sh", "-c", there + jailctl + words});
        EXPECT_EQ(bare.status, 2);
        EXPECT_THAT(bare.err, StartsWith("jailctl: 'here.tar' is no jail, and a path has a '/' in it\n"
                                         "hint: for what stands in the current directory write ./here.tar\n"));
    }
}

TEST_F(Refusals, BrokenConfigurationStopsCommandsButNotHelp) {
    spit(site_.config(), "JAILS=$(ls)\n", 0600);
    const auto start = site_.jailctl({"start", "all"});
    EXPECT_EQ(start.status, 2);
    EXPECT_THAT(start.err, StartsWith("jailctl: "));
    EXPECT_THAT(start.err, HasSubstr("jails.conf"));
    EXPECT_THAT(start.err, Not(HasSubstr("Usage:")));
    EXPECT_EQ(site_.jailctl({"help"}).status, 0);
    EXPECT_EQ(site_.jailctl({"plugins"}).status, 0);
    EXPECT_EQ(site_.jailctl({"config", "check"}).status, 2);
}

TEST_F(Refusals, JsonTellsTheSame) {
    const auto document = site_.json({"start", "chii.domain.com"});
    EXPECT_EQ(document["schema"].num(), 1);
    EXPECT_EQ(document["command"].str(), "start");
    EXPECT_FALSE(document["ok"].truth(true));
    EXPECT_EQ(document["status"].num(), 2);
    EXPECT_TRUE(document["jails"].items().empty());
    ASSERT_EQ(document["errors"].items().size(), 1U);
    const auto& error = document["errors"].items().front();
    EXPECT_EQ(error["code"].str(), "not_found");
    EXPECT_EQ(error["message"].str(), "no jail 'chii.domain.com' in " + site_.config().string());
    EXPECT_EQ(error["hint"].str(), "did you mean 'chii.domaine.com'?");
    EXPECT_TRUE(error["jail"].is_null());
    EXPECT_TRUE(error["step"].is_null());
    EXPECT_EQ(site_.json({"strat", "all"})["errors"].items().front()["code"].str(), "usage");
    EXPECT_EQ(site_.json({"--bacth"})["status"].num(), 2);
}

TEST_F(Refusals, RequiredPluginThatIsMissingStopsChanges) {
    site_.configure({"chii.domaine.com:192.0.2.43"}, "PLUGIN_REQUIRED=firewall");
    const auto start = site_.jailctl({"start", "all"});
    EXPECT_EQ(start.status, 2) << "as 'config check' has it";
    EXPECT_THAT(start.err, StartsWith("jailctl: nothing is changed without the plugin 'firewall' (PLUGIN_REQUIRED): "
                                      "it is not installed\nhint: see 'jailctl plugins'\n"));
    EXPECT_EQ(site_.jailctl({"status"}).status, 0) << "what only reads goes on";
}

TEST_F(Refusals, TheUsageListsCommandsOfPluginsWhateverWasWrong) {
    const std::string all = "<command> = start|stop|status|create|delete|upgrade|backup|restore|";
    for (const auto& words : std::vector<std::vector<std::string>>{
             {"--bacth", "start", "all"}, {"--jobs", "0", "start", "all"}, {"start", "all", "--color", "blue"}})
        EXPECT_THAT(site_.jailctl(words).err, HasSubstr(all)) << words[0];
    // What of the line can be understood holds here too.
    EXPECT_THAT(site_.jailctl({"--no-plugins", "--bacth"}).err,
                HasSubstr("<command> = completion|config|help|plugins|version\n"));
    EXPECT_THAT(site_.jailctl({"--bacth", "--disable-plugin=upgrade"}).err,
                HasSubstr("|create|delete|backup|restore|"));
}

TEST_F(Refusals, ACommandOfAPluginThatIsLeftOut) {
    expect_refused({"--no-plugins", "status"},
                   "jailctl: unknown command 'status'\nhint: most commands come with plugins, and "
                   "--no-plugins leaves all of them out\n");
    expect_refused({"help", "status", "--no-plugins"},
                   "jailctl: unknown command 'status'\nhint: most commands come with plugins");
    EXPECT_THAT(site_.jailctl({"--disable-plugin", "lifecycle", "status"}).err,
                HasSubstr("jailctl: unknown command 'status'\nhint: a plugin is left out"));
}

TEST_F(Refusals, DisablingAPluginThatIsNone) {
    expect_refused({"--disable-plugin", "lifecycel", "status"},
                   "jailctl: --disable-plugin: there is no plugin 'lifecycel' in ");
    EXPECT_THAT(site_.jailctl({"--disable-plugin", "lifecycel", "status"}).err,
                HasSubstr("\nhint: did you mean 'lifecycle'?\n"));
    EXPECT_EQ(site_.jailctl({"--disable-plugin", "upgrade", "status"}).status, 0);
}

TEST_F(Refusals, DisabledByConfiguration) {
    site_.configure({"chii.domaine.com:192.0.2.43"}, "PLUGIN_DISABLE=upgrade");
    EXPECT_THAT(site_.jailctl({"plugins"}).out, HasSubstr("-upgrade"));
    EXPECT_EQ(site_.jailctl({"upgrade", "all"}).status, 2);
}

}  // namespace
}  // namespace jailctl::test
