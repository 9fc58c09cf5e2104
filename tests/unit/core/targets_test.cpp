#include "command_line/targets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jailctl/sdk/error.hpp"

namespace jailctl::core {
namespace {

using testing::ElementsAre;

class TargetsTest : public testing::Test {
protected:
    TargetsTest() {
        configuration.file = "/etc/jails.conf";
        for (const auto* name : {"one.test", "two.test", "three.test"})
            configuration.jails.push_back({JailName(name), {}, std::string("/jails/") + name, {}, {}});
        command.name = "try";
    }
    std::vector<std::string> jails(const std::vector<std::string>& words,
                                   const std::vector<std::string>& literal = {}) {
        resolved = resolve_words(command, configuration, words, literal);
        std::vector<std::string> names;
        for (const auto& jail : resolved.in_order(configuration)) names.push_back(jail.name.text());
        return names;
    }
    std::string refusal(const std::vector<std::string>& words, Errc code = Errc::usage) {
        try {
            jails(words);
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), code);
            return error.what();
        }
        return "nothing was refused";
    }
    Configuration configuration;
    Command command;
    Resolved resolved;
};

TEST_F(TargetsTest, ListsFollowJailsAndNameEachOnce) {
    command.targets = Targets::several;
    EXPECT_THAT(jails({"three.test", "ONE.test", "three.test"}), ElementsAre("one.test", "three.test"));
    EXPECT_FALSE(resolved.all);
    command.order = JailOrder::reverse;
    EXPECT_THAT(jails({"one.test", "three.test"}), ElementsAre("three.test", "one.test"));
    EXPECT_THAT(jails({"all"}), ElementsAre("three.test", "two.test", "one.test"));
    EXPECT_TRUE(resolved.all);
}

TEST_F(TargetsTest, AJailThatRunsButIsNotListedIsNoOtherJail) {
    command.targets = Targets::several;
    const auto refusal_of = [&](const std::string& word) -> std::pair<std::string, std::string> {
        try {
            (void)resolve_words(command, configuration, {word}, {},
                                [](const JailName& name) { return name.key() == "ine.test"; });
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), Errc::not_found);
            return {error.what(), error.hint()};
        }
        return {"nothing was refused", ""};
    };
    EXPECT_EQ(refusal_of("ine.test").first, "jail 'ine.test' runs, but is not in JAILS of /etc/jails.conf any more");
    EXPECT_THAT(refusal_of("ine.test").second,
                testing::HasSubstr("put its entry back into JAILS, then 'jailctl stop ine.test'"));
    EXPECT_EQ(refusal_of("ane.test").second, "did you mean 'one.test'?");
}

TEST_F(TargetsTest, ANameOfAnArchiveWithoutASlashIsNoJailOfThatName) {
    command.targets = Targets::several;
    command.path = PathWord::optional;
    EXPECT_EQ(refusal({"one.test", "out.tar.gz"}), "'out.tar.gz' is no jail, and a path has a '/' in it");
    EXPECT_EQ(refusal({"one.test", "four.test"}, Errc::not_found), "no jail 'four.test' in /etc/jails.conf");
}

TEST_F(TargetsTest, NothingMeansAllWhereTheCommandSaysSo) {
    command.targets = Targets::optional_several;
    EXPECT_THAT(jails({}), ElementsAre("one.test", "two.test", "three.test"));
    EXPECT_TRUE(resolved.all);
    command.targets = Targets::several;
    EXPECT_EQ(refusal({}), "'try' needs the name of a jail, or 'all'");
    command.targets = Targets::one;
    EXPECT_EQ(refusal({}), "'try' needs the name of a jail");
    EXPECT_EQ(refusal({"all"}), "'try' takes one jail, not 'all'");
}

TEST_F(TargetsTest, APathIsOnlyTheLastWordAndHasASlash) {
    command.targets = Targets::several;
    command.path = PathWord::optional;
    jails({"one.test", "./there"});
    EXPECT_EQ(resolved.path, "./there");
    jails({"one.test", "-"});
    EXPECT_EQ(resolved.path, "-");
    jails({"one.test"});
    EXPECT_FALSE(resolved.path);
    EXPECT_EQ(refusal({"one.test", "there"}, Errc::not_found), "no jail 'there' in /etc/jails.conf");
    EXPECT_EQ(refusal({"./x", "one.test"}), "'./x' is a path, and a path may only stand last");
    command.path = PathWord::none;
    EXPECT_EQ(refusal({"one.test", "./there"}, Errc::not_found), "no jail './there' in /etc/jails.conf");
}

TEST_F(TargetsTest, TheRestIsTheCommands) {
    command.targets = Targets::one;
    command.takes_rest = true;
    EXPECT_THAT(jails({"one.test", "NEW"}, {"-l", "--"}), ElementsAre("one.test"));
    EXPECT_THAT(resolved.rest, ElementsAre("NEW", "-l", "--"));
    command.takes_rest = false;
    EXPECT_EQ(refusal({"one.test", "two.test"}), "'try' does not take 'two.test'");
    command.targets = Targets::none;
    EXPECT_EQ(refusal({"x"}), "'try' does not take 'x'");
}

TEST_F(TargetsTest, UnlistedJailsGoToTheRest) {
    command.targets = Targets::optional_several;
    command.unlisted_jails = true;
    EXPECT_THAT(jails({"gone.test", "two.test"}), ElementsAre("two.test"));
    EXPECT_THAT(resolved.rest, ElementsAre("gone.test"));
    EXPECT_THAT(jails({"gone.test"}), ElementsAre());
    EXPECT_FALSE(resolved.all);
}

}  // namespace
}  // namespace jailctl::core
