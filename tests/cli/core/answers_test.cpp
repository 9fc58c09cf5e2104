#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "support.hpp"

/// What the host itself answers: version, help, completion, whole output and status.
namespace jailctl::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

Result bare(std::vector<std::string> words, const RunOptions& options = {}) {
    words.insert(words.begin(), (stage() / "bin/jailctl").string());
    return run_command(words, options);
}

TEST(Version, IsOneLineWhateverElseIsBroken) {
    const std::string expected = "jailctl " JAILCTL_VERSION " (SDK 1.0)\n";
    for (const auto& words : {std::vector<std::string>{"version"}, {"--version"}, {"--config", "/nowhere", "version"},
                              {"version", "--no-plugins"}, {"start", "--version"}}) {
        const auto result = bare(words);
        EXPECT_EQ(result.out, expected);
        EXPECT_EQ(result.err, "");
        EXPECT_EQ(result.status, 0);
    }
}

TEST(Version, InJson) {
    const auto document = Site({}).json({"version"});
    EXPECT_EQ(document["schema"].num(), 1);
    EXPECT_EQ(document["command"].str(), "version");
    EXPECT_TRUE(document["ok"].truth());
    EXPECT_EQ(document["status"].num(-1), 0);
    EXPECT_EQ(document["version"].str(), JAILCTL_VERSION);
    EXPECT_TRUE(document["jails"].is_array());
    EXPECT_TRUE(document["errors"].items().empty());
}

/// Whatever prefix was given at build time: the configuration and what starts jails at boot are those of this one.
TEST(Installed, ReadsTheConfigurationOfItsOwnPrefix) {
    const auto file = (stage() / "etc/jails.conf").string();
    const auto result = bare({"config", "check"});
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.all(), HasSubstr(file));
    for (const auto* unit : {"lib/systemd/system/jailctl.service", "lib/systemd/system/jailctl@.service"}) {
        EXPECT_THAT(slurp(stage() / unit), HasSubstr("\nEnvironment=JAILCTL_CONF=" + file + "\n")) << unit;
        EXPECT_THAT(slurp(stage() / unit), HasSubstr("\nExecStart=" + (stage() / "bin/jailctl").string() + " "))
            << unit;
    }
    EXPECT_THAT(slurp(stage() / "etc/init.d/jailctl"), HasSubstr("{JAILCTL_CONF:=" + file + "}"));
}

TEST(Help, WithoutArgumentsIsTheOverview) {
    const auto plain = bare({});
    EXPECT_EQ(plain.status, 0);
    EXPECT_EQ(plain.err, "");
    EXPECT_THAT(plain.out, StartsWith("jailctl manages jails"));
    for (const auto* word : {"  start ", "  stop ", "  status ", "  create ", "  delete ", "  upgrade ", "  backup ",
                             "  restore ", "  plugins ", "--config FILE", "--jobs N", "--plugin-dir DIR", "-h, --help"})
        EXPECT_THAT(plain.out, HasSubstr(word));
    EXPECT_THAT(plain.out, testing::Not(HasSubstr("__complete")));
    EXPECT_EQ(bare({"--help"}).out, plain.out);
    EXPECT_EQ(bare({"help"}).out, plain.out);
}

TEST(Help, OfACommandNamesWordsAndOptions) {
    const auto help = bare({"help", "version"});
    EXPECT_EQ(help.out, "Usage:\njailctl version\n\nthe version of jailctl and of the SDK plugins are built with\n\n"
                        "'jailctl help' lists the options of every command.\n");
    EXPECT_EQ(bare({"version", "--help"}).out, help.out);
    EXPECT_EQ(bare({"--help", "version"}).out, help.out);
    EXPECT_THAT(bare({"help", "start"}).out, StartsWith("Usage:\njailctl start "));
}

TEST(Help, IsDataToo) {
    Site site({});
    const Value all = site.json({"help"});
    const auto named = [](const Value& list, const char* key, const std::string& name) {
        return std::ranges::find_if(list.items(), [&](const Value& one) { return one[key].str() == name; });
    };
    const auto start = named(all["commands"], "name", "start"), none = named(all["commands"], "name", "__complete");
    ASSERT_NE(start, all["commands"].items().end());
    EXPECT_EQ(none, all["commands"].items().end());
    EXPECT_THAT((*start)["synopsis"].str(), StartsWith("jailctl start JAIL|all..."));
    EXPECT_NE(named((*start)["options"], "option", "--no-wait"), (*start)["options"].items().end());
    EXPECT_NE(named(all["options"], "option", "--jobs N"), all["options"].items().end());
    const Value one = site.json({"help", "start"});
    ASSERT_EQ(one["commands"].items().size(), 1U);
    EXPECT_EQ(one["commands"].items().front()["summary"].str(), "start jails");
}

/// Whole words, at the width of the terminal, else of COLUMNS, else 80.
TEST(Help, IsWrapped) {
    const auto widest = [](const std::string& text) {
        std::size_t most = 0;
        std::istringstream in(text);
        for (std::string line; std::getline(in, line);) most = std::max(most, line.size());
        return most;
    };
    EXPECT_LE(widest(bare({"help"}).out), 80U);
    for (const auto* command : {"start", "cp", "backup", "restore", "expire", "plugins", "upgrade", "exec"}) {
        const auto usual = bare({"help", command}).out;
        EXPECT_LE(widest(usual), 80U) << usual;
        const auto wide = bare({"help", command}, {.environment = {"COLUMNS=100"}}).out;
        EXPECT_LE(widest(wide), 100U) << wide;
        EXPECT_GT(widest(wide), 80U) << wide;
    }
    EXPECT_LE(widest(bare({"statsu"}).err), 80U) << "the usage, too";
}

TEST(Help, OfAnUnknownCommandSuggestsTheNearest) {
    const auto result = bare({"help", "statsu"});
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err, StartsWith("jailctl: unknown command 'statsu'\nhint: did you mean 'status'?\n"));
}

TEST(Completion, AsksTheDeclarations) {
    const Site site({"alpha.test:192.0.2.1", "beta.test:192.0.2.2"});
    EXPECT_EQ(site.jailctl({"__complete", "bash", "--", "versi"}).out, "version\n");
    EXPECT_EQ(site.jailctl({"__complete", "bash", "--", "start", "a"}).out, "alpha.test\nall\n");
    EXPECT_EQ(site.jailctl({"__complete", "bash", "--", "--batch", "help", "plug"}).out, "plugins\n");
    EXPECT_EQ(site.jailctl({"__complete", "bash", "--", "status", "--js"}).out, "--json\n");
    EXPECT_EQ(site.jailctl({"__complete", "bash", "--", "--color", "n"}).out, "never\n");
    EXPECT_EQ(site.jailctl({"__complete", "fish", "--", "config", ""}).out, "check\nshow\n");
    EXPECT_EQ(site.jailctl({"__complete", "bash", "--", "nonsense", ""}).out, "");
}

TEST(Completion, ScriptsAreAcceptedByTheirShells) {
    const auto bash = bare({"completion", "bash"});
    EXPECT_EQ(bash.status, 0);
    EXPECT_EQ(run_command({"bash", "-n"}, {.input = bash.out, .environment = {}, .limit = std::chrono::seconds(20),
                                           .network_namespace = {}, .merge = false}).status, 0);
    EXPECT_THAT(bare({"completion", "zsh"}).out, StartsWith("#compdef jailctl\n"));
    EXPECT_THAT(bare({"completion", "fish"}).out, HasSubstr("complete -c jailctl"));
    EXPECT_EQ(bare({"completion", "csh"}).status, 2);
}

TEST(Plugins, ListsWhatIsInstalled) {
    const Site site({});
    const auto result = site.jailctl({"plugins"});
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.out, StartsWith("Plugins in " + stage().string()));
    for (const auto* name : {" backup ", " create ", " lifecycle ", " provision ", " prune ", " scripts ", " upgrade "})
        EXPECT_THAT(result.out, HasSubstr(name));
    EXPECT_THAT(result.out, testing::Not(HasSubstr("\n!")));
}

TEST(Plugins, NoPluginsLeavesTheHost) {
    const Site site({"a.test:192.0.2.1"});
    const auto help = site.jailctl({"--no-plugins", "help"});
    EXPECT_THAT(help.out, HasSubstr("  plugins "));
    EXPECT_THAT(help.out, testing::Not(HasSubstr("  start ")));
    const auto start = site.jailctl({"start", "a.test", "--no-plugins"});
    EXPECT_EQ(start.status, 2);
    EXPECT_THAT(start.err, StartsWith("jailctl: unknown command 'start'\n"));
}

}  // namespace
}  // namespace jailctl::test
