#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support.hpp"

namespace jailctl::core::config::test {
namespace {

using testing::HasSubstr;

const std::string one_jail = with_jails("chii:192.0.2.1");

TEST(Settings, DefaultsOriginsAndWhatIsSet) {
    const Resolution resolution = resolve_text(one_jail + "PIDS=100\nAUTOSTART=no\n");
    ASSERT_TRUE(resolution.ok()) << texts(resolution.diagnostics);
    const Settings& settings = resolution.configuration.jails[0].settings;
    EXPECT_EQ(settings["PIDS"].text, "100");
    EXPECT_EQ(settings["PIDS"].origin.text(), "/etc/jails.conf:3");
    EXPECT_TRUE(settings["PIDS"].is_set);
    EXPECT_EQ(settings["BASE"].text, "busybox");
    EXPECT_FALSE(settings["BASE"].is_set);
    EXPECT_EQ(settings["BASE"].origin.text(), "default");
    EXPECT_EQ(settings["JAIL_HOME"].text, "/usr/local/jails");
    EXPECT_EQ(settings["BACKUPDIR"].text, "/usr/local/jails");
    EXPECT_EQ(resolution.configuration.path("ADDONS"), "/usr/local/jails/addons");
}

TEST(Settings, ChecksPointAtTheValue) {
    const std::string text = texts(
        resolve_text(one_jail + "PIDS=\"many\"\nAUTOSTART=maybe\nLOG_LEVEL=loud\nIF=toolonganinterface\n").diagnostics);
    EXPECT_THAT(text, HasSubstr("/etc/jails.conf:3:7: error: PIDS: "));
    EXPECT_THAT(text, HasSubstr("/etc/jails.conf:4:11: error: AUTOSTART: "));
    EXPECT_THAT(text, HasSubstr("/etc/jails.conf:5:11: error: LOG_LEVEL: 'loud' is not a log level"));
    EXPECT_THAT(text, HasSubstr("/etc/jails.conf:6:4: error: IF: "));
    EXPECT_THAT(
        texts(
            resolve_text(one_jail + "STATE_DIR=x\nPLUGIN_PREFER=x\nHOOK_TIMEOUT=soon\nBACKUPDIR=/etc/x\n").diagnostics),
        testing::AllOf(HasSubstr("STATE_DIR: 'x' is not absolute"), HasSubstr("PLUGIN_PREFER: 'x' is not NAME:PLUGIN"),
                       HasSubstr("HOOK_TIMEOUT: "), HasSubstr("BACKUPDIR: '/etc/x' lies in /etc")));
    for (const std::string& latin1 : {one_jail + "STATE_DIR=/srv/caf\xe9\n", with_jails("chii:192.0.2.1:/srv/caf\xe9")})
        EXPECT_THAT(texts(resolve_text(latin1).diagnostics),
                    testing::AllOf(HasSubstr("is not UTF-8"), HasSubstr("save the file as UTF-8")))
            << "records are JSON";
    EXPECT_TRUE(resolve_text(one_jail + "STATE_DIR=/srv/caf\xc3\xa9\n").ok());
}

TEST(Settings, JailsDSeesAndOverrides) {
    const Resolution resolution = resolve_text("LIMIT=20\nPIDS=10\n" + with_jails("chii:192.0.2.1 yuzu:192.0.2.2"),
                                               {{"/etc/jails.d/chii.conf", "PIDS=${PIDS}0\nNAMESERVER=$LIMIT\n"}});
    ASSERT_TRUE(resolution.ok()) << texts(resolution.diagnostics);
    EXPECT_TRUE(resolution.diagnostics.empty()) << texts(resolution.diagnostics);
    const auto& jails = resolution.configuration.jails;
    EXPECT_EQ(jails[0].settings["PIDS"].text, "100");
    EXPECT_EQ(jails[0].settings["PIDS"].origin.text(), "/etc/jails.d/chii.conf:1");
    EXPECT_EQ(jails[0].settings["NAMESERVER"].text, "20");
    EXPECT_EQ(jails[1].settings["PIDS"].text, "10");
    EXPECT_EQ(resolution.configuration.settings["PIDS"].text, "10");
}

TEST(Settings, JailsDMayNotSpeakForTheHost) {
    for (const char* name : {"JAILS", "JAIL_HOME", "IF", "ADDONS", "STATE_DIR", "PLUGIN_REQUIRED", "BACKUPDIR"}) {
        const Resolution resolution = resolve_text(one_jail,
                                                   {{"/etc/jails.d/chii.conf", "\n" + std::string(name) + "=/x\n"}});
        EXPECT_THAT(texts(resolution.diagnostics), HasSubstr("/etc/jails.d/chii.conf:2:1: error: " + std::string(name) +
                                                             " is for the host as a whole"));
    }
}

TEST(Settings, AMistakeInJailsDConcernsThatJailAlone) {
    const std::string two = with_jails("Chii:192.0.2.1 yuzu:192.0.2.2");
    for (const char* lines : {"PIDS=x\n", "PIDS+=1\n", "IF=x\n", "MOUNTS=/srv\n", "NAMESERVER=\"\n"}) {
        const Resolution resolution = resolve_text(two, {{"/etc/jails.d/Chii.conf", lines}});
        EXPECT_FALSE(resolution.ok()) << lines;
        ASSERT_TRUE(resolution.usable()) << lines << texts(resolution.diagnostics);
        ASSERT_EQ(resolution.configuration.jails.size(), 2U) << lines;
        const auto mistake = mistake_of(resolution, JailName("chii"));
        ASSERT_TRUE(mistake) << lines;
        EXPECT_EQ(mistake->code(), Errc::config);
        EXPECT_THAT(mistake->what(), HasSubstr("/etc/jails.d/Chii.conf:1:")) << lines;
        EXPECT_FALSE(mistake_of(resolution, JailName("yuzu"))) << lines;
    }
    const Resolution of_all = resolve_text(two + "PIDS=x\n", {{"/etc/jails.d/Chii.conf", "PIDS=5\n"}});
    EXPECT_FALSE(of_all.usable());
    EXPECT_TRUE(of_all.configuration.jails.empty());
}

TEST(Settings, JailsDIsCheckedLikeJailsConf) {
    EXPECT_THAT(texts(resolve_text(one_jail, {{"/etc/jails.d/chii.conf", "PIDS=x\n"}}).diagnostics),
                HasSubstr("chii.conf:1:6: error: PIDS"));
    EXPECT_THAT(texts(resolve_text(one_jail, {{"/etc/jails.d/chii.conf", "PIDS+=x\n"}}).diagnostics),
                HasSubstr("chii.conf:1:5: error: "));
    EXPECT_THAT(texts(resolve_text(one_jail, {{"/etc/jails.d/chii.conf", "PISD=1\n"}}).diagnostics),
                HasSubstr("did you mean PIDS?"));
    EXPECT_THAT(texts(resolve_text(one_jail, {{"/etc/jails.d/cihi.conf", "PIDS=1\n"}}).diagnostics),
                HasSubstr("jails.d/cihi.conf: warning: belongs to no jail"));
    EXPECT_THAT(texts(resolve_text(one_jail, {{"/etc/jails.d/chii", "PIDS=1\n"}}).diagnostics),
                HasSubstr("jails.d/chii: warning: is not read: its name does not end in .conf"));
    EXPECT_EQ(texts(resolve_text(one_jail, {{"/etc/jails.d/README", "x"}, {"/etc/jails.d/.x.conf", "x"}}).diagnostics),
              "");
}

TEST(Settings, UndeclaredVariables) {
    EXPECT_EQ(texts(resolve_text(one_jail + "DISK=/data\nNAMESERVER=$DISK\n").diagnostics), "");
    const Resolution misspelt = resolve_text(one_jail + "NAMSERVER=1\nX=1\nX=\"$X 2\"\n");
    EXPECT_TRUE(misspelt.ok());
    EXPECT_THAT(texts(misspelt.diagnostics),
                testing::AllOf(HasSubstr("3:1: warning: NAMSERVER is unknown"), HasSubstr("did you mean NAMESERVER?"),
                               HasSubstr("5:1: warning: X is unknown")));
    EXPECT_THAT(texts(resolve_text(one_jail + "MEMORY=1G\n").diagnostics),
                HasSubstr("3:1: error: MEMORY is not supported by this version"));
    EXPECT_THAT(texts(resolve_text(one_jail + "AFTERRESTORE_HOOKS=/x\nY=$AFTERRESTORE_HOOKS\nZ=$Y$Z\n").diagnostics),
                HasSubstr("3:1: error: AFTERRESTORE_HOOKS is not supported"));
    const Resolution partly = resolve_text(one_jail + "MEMORY=1G\n", {}, Plugins::some_missing);
    EXPECT_TRUE(partly.ok());
    EXPECT_THAT(texts(partly.diagnostics), HasSubstr("warning: MEMORY is not acted on"));
}

TEST(Settings, IfIsNeededForANetwork) {
    EXPECT_THAT(texts(resolve_text("JAILS=a:192.0.2.1\n").diagnostics),
                HasSubstr("/etc/jails.conf: error: IF is not set, and a joins a network"));
    EXPECT_TRUE(resolve_text("JAILS=a:192.0.2.1\nNETWORK=none\n").ok());
    EXPECT_TRUE(
        resolve_text("JAILS='a:192.0.2.1 b:192.0.2.2'\nNETWORK=host\n", {{"/etc/jails.d/b.conf", "NETWORK=none"}})
            .ok());
    EXPECT_THAT(texts(resolve_text("JAILS='a:192.0.2.1 b:192.0.2.2'\nNETWORK=host\n",
                                   {{"/etc/jails.d/b.conf", "NETWORK=routed"}})
                          .diagnostics),
                HasSubstr("and b joins a network"));
}

/// Without its own file it has the settings of the host, which may need what its own do not, and the other way round.
TEST(Settings, WhatOneFileHasItsJailNeedConcernsThatJailAlone) {
    const std::string two = "JAILS='a:192.0.2.1 b:192.0.2.2'\n";
    const Resolution mistaken = resolve_text(
        two, {{"/etc/jails.d/a.conf", "NETWORK=none\n"}, {"/etc/jails.d/b.conf", "NETWORK=none\nPIDS=x\n"}});
    EXPECT_TRUE(mistaken.usable()) << texts(mistaken.diagnostics);
    EXPECT_FALSE(mistake_of(mistaken, JailName("a")));
    EXPECT_TRUE(mistake_of(mistaken, JailName("b")));
    const Resolution lacking = resolve_text("NETWORK=host\n" + two, {{"/etc/jails.d/b.conf", "NETWORK=routed\n"}});
    EXPECT_TRUE(lacking.usable());
    EXPECT_FALSE(mistake_of(lacking, JailName("a")));
    EXPECT_TRUE(mistake_of(lacking, JailName("b")));
    EXPECT_THAT(texts(lacking.diagnostics), HasSubstr("/etc/jails.d/b.conf: error: IF is not set"));
    EXPECT_EQ(lacking.configuration.jails[1].settings["NETWORK"].text, "host") << "no setting of its own is used";
}

/// Whatever the mistake is, and whenever it is found.
TEST(Settings, OfAJailWithAMistakeNoSettingOfItsOwnIsUsed) {
    for (const char* mistake : {"PIDS=x\n", "MEMORY=1G\n", "NETWORK=routed\n", "JAIL_HOME=/srv\n", "\"\n"}) {
        const Resolution resolution =
            resolve_text("NETWORK=host\nNAMESERVER=192.0.2.1\nJAILS='a:192.0.2.1 b:192.0.2.2'\n",
                         {{"/etc/jails.d/b.conf", std::string("NAMESERVER=192.0.2.2\n") + mistake}});
        ASSERT_TRUE(resolution.usable()) << mistake << texts(resolution.diagnostics);
        ASSERT_TRUE(mistake_of(resolution, JailName("b"))) << mistake;
        EXPECT_EQ(resolution.configuration.jails[1].settings["NAMESERVER"].text, "192.0.2.1") << mistake;
    }
}

/// A warning that is one too many is not added, and must not say of the last diagnostic whose it is.
TEST(Settings, AMistakeStaysThatOfItsJailHoweverManyWarningsThereAre) {
    std::map<std::string, std::string> files{{"/etc/jails.d/b.conf", "MEMORY=1G\n"}};
    files["/etc/jails.d/a.conf"] = "PIDS=x\n";
    for (int i = 0; i < 200; ++i) files["/etc/jails.d/c" + std::to_string(i) + ".conf"] = "PIDS=x\n";
    std::string jails = "a:192.0.2.1 b:192.0.2.2";
    for (int i = 0; i < 200; ++i) jails += " c" + std::to_string(i) + ":192.0.3." + std::to_string(i + 1);
    const Resolution resolution = resolve_text(with_jails(jails), files, Plugins::some_missing);
    EXPECT_TRUE(resolution.usable());
    EXPECT_FALSE(mistake_of(resolution, JailName("b")));
    EXPECT_TRUE(mistake_of(resolution, JailName("a")));
    for (int i = 0; i < 200; ++i) EXPECT_TRUE(mistake_of(resolution, JailName("c" + std::to_string(i)))) << i;
}

TEST(Settings, ResolvingTwiceGivesTheSame) {
    const Draft draft = parse_text(one_jail + "MEMORY=1\n");
    EXPECT_EQ(resolve(draft, plugin_variables()).diagnostics.size(), 1U);
    EXPECT_EQ(resolve(draft, plugin_variables()).diagnostics.size(), 1U);
    EXPECT_TRUE(draft.ok());
}

TEST(Settings, ABrokenDraftResolvesToItsDiagnosticsAlone) {
    const Resolution resolution = resolve_text("A+=1\n");
    EXPECT_FALSE(resolution.ok());
    EXPECT_EQ(resolution.diagnostics.size(), 1U);
}

TEST(Settings, ShowPrintsWhatAFileCouldHold) {
    const Resolution resolution = resolve_text(one_jail + "NAMESERVER='a\"$b`\\'\n");
    const auto lines = show(resolution.configuration, &resolution.configuration.jails[0]);
    EXPECT_EQ(lines[0], "# chii (192.0.2.1) in /usr/local/jails/chii   # /etc/jails.conf:2");
    EXPECT_THAT(lines, testing::Contains("NAMESERVER=\"a\\\"\\$b\\`\\\\\"   # /etc/jails.conf:3"));
    EXPECT_THAT(lines, testing::Contains("PIDS=\"4096\"   # default"));
    EXPECT_THAT(lines, testing::Contains("RC_CONF=\"\"   # not set"));
    EXPECT_EQ(show(resolution.configuration, nullptr).size(), lines.size() - 1);
    const Value data = show_data(resolution.configuration, &resolution.configuration.jails[0]);
    EXPECT_EQ(data["settings"]["PIDS"]["origin"].str(), "default");
    EXPECT_EQ(data["jail"]["root"].str(), "/usr/local/jails/chii");
}

TEST(Settings, TheErrorForOtherCommandsPointsAtTheFirst) {
    const Error one = as_error(resolve_text("JAILS=a:1\nIF=em0\n").diagnostics);
    EXPECT_EQ(one.code(), Errc::config);
    EXPECT_THAT(one.what(), testing::StartsWith("/etc/jails.conf:1:9: JAILS: "));
    const Error two = as_error(resolve_text("JAILS=a:1\nIF=\n").diagnostics);
    EXPECT_THAT(two.hint(), HasSubstr("config check"));
}

}  // namespace
}  // namespace jailctl::core::config::test
