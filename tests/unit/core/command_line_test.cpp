#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "command_line/global_options.hpp"
#include "command_line/parse.hpp"
#include "command_line/split.hpp"
#include "jailctl/sdk/error.hpp"

namespace jailctl::core {
namespace {

namespace po = boost::program_options;
using testing::ElementsAre;

std::string refusal(const std::function<void()>& body) {
    try {
        body();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Errc::usage);
        return error.what();
    }
    return "nothing was refused";
}

TEST(SplitLine, GlobalsMayStandOnBothSides) {
    const auto line = split_line({"--jobs", "2", "start", "--json", "all", "--wait=3", "--restart"});
    EXPECT_EQ(line.command, "start");
    EXPECT_THAT(line.globals, ElementsAre("--jobs", "2", "--json", "--wait=3"));
    EXPECT_THAT(line.words, ElementsAre("all", "--restart"));
}

TEST(SplitLine, WhatFollowsTwoDashesIsLeftAlone) {
    const auto line = split_line({"exec", "a", "--", "ls", "--json", "--", "-l"});
    EXPECT_THAT(line.words, ElementsAre("a"));
    EXPECT_THAT(line.literal, ElementsAre("ls", "--json", "--", "-l"));
    EXPECT_TRUE(line.globals.empty());
}

TEST(SplitLine, AnOptionIsNoValue) {
    const auto line = split_line({"start", "--jobs", "--json", "all"});
    EXPECT_THAT(line.globals, ElementsAre("--jobs", "--json"));
    EXPECT_EQ(refusal([&] { (void)parse_globals(line.globals); }), "option '--jobs' needs a value");
}

TEST(SplitLine, ADashAloneIsAWord) { EXPECT_THAT(split_line({"backup", "a", "-"}).words, ElementsAre("a", "-")); }

TEST(GlobalOptions, SplittingKnowsExactlyTheDeclaredOnes) {
    const auto all = global_description();
    for (const auto& option : all.options()) {
        const auto token = "--" + option->long_name();
        EXPECT_TRUE(is_global_token(token)) << token;
        EXPECT_EQ(takes_next(token), option->semantic()->max_tokens() > 0) << token;
        EXPECT_FALSE(takes_next(token + "=x"));
    }
    EXPECT_EQ(all.options().size(), 14U) << "the table of global_options.cpp has one entry per option, and -h";
    EXPECT_FALSE(is_global_token("--jobsx"));
    EXPECT_FALSE(is_global_token("jobs"));
}

TEST(GlobalOptions, Values) {
    const auto globals =
        parse_globals({"--jobs=3", "--wait", "2min", "--disable-plugin", "a", "--disable-plugin", "b", "--batch"});
    EXPECT_EQ(globals.options.jobs, 3);
    EXPECT_EQ(globals.options.wait, std::chrono::seconds(120));
    EXPECT_THAT(globals.disabled, ElementsAre("a", "b"));
    EXPECT_TRUE(globals.options.batch);
    EXPECT_FALSE(globals.options.json);
    EXPECT_GE(parse_globals({}).options.jobs, 1);
}

class Parse : public testing::Test {
protected:
    Parse() {
        options.add_options()("count", po::value(&count), "")("size", po::value(&size),
                                                              "")("yes", po::bool_switch(&yes),
                                                                  "")("name", po::value(&names), "");
    }
    std::vector<std::string> parse(const std::vector<std::string>& tokens) {
        po::variables_map values;
        return parse_strictly(tokens, options, values);
    }
    po::options_description options;
    unsigned count = 7;
    int size = 0;
    bool yes = false;
    std::vector<std::string> names;
};

TEST_F(Parse, BindsOptionsAndReturnsWords) {
    EXPECT_THAT(parse({"a", "--count", "3", "b", "--yes", "--name", "x", "--name=y", "--size=-4", "-"}),
                ElementsAre("a", "b", "-"));
    EXPECT_EQ(count, 3U);
    EXPECT_EQ(size, -4);
    EXPECT_TRUE(yes);
    EXPECT_THAT(names, ElementsAre("x", "y"));
}

TEST_F(Parse, NegativeNumbersDoNotBecomeHugeOnes) {
    EXPECT_EQ(refusal([&] { parse({"--count=-5"}); }),
              "option '--count': '-5' is negative, a whole number from 0 up is needed");
    EXPECT_EQ(count, 7U);
}

TEST_F(Parse, MessagesAreOurOwn) {
    EXPECT_EQ(refusal([&] { parse({"--count", "many"}); }), "option '--count': 'many' is not a valid value");
    EXPECT_EQ(refusal([&] { parse({"--count"}); }), "option '--count' needs a value");
    EXPECT_EQ(refusal([&] { parse({"--count="}); }), "option '--count' needs a value");
    EXPECT_EQ(refusal([&] { parse({"--yes=1"}); }), "option '--yes' takes no value");
    EXPECT_EQ(refusal([&] { parse({"--count", "1", "--count", "2"}); }), "option '--count' is given more than once");
    EXPECT_EQ(refusal([&] { parse({"--cou", "1"}); }), "unknown option '--cou'");
    EXPECT_EQ(refusal([&] { parse({"-x"}); }), "unknown option '-x'");
    EXPECT_EQ(refusal([&] { parse({"--jailctl words", "x"}); }), "unknown option '--jailctl words'");
}

}  // namespace
}  // namespace jailctl::core
