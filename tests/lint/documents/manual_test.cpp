// jailctl.8 says what the installed program understands: every command and option, and none that does not exist.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <sstream>

#include "page.hpp"
#include "support.hpp"

namespace jailctl::test {
namespace {

using ::testing::IsEmpty;
using ::testing::Not;

Result help(const std::vector<std::string>& words) {
    std::vector<std::string> argv{(stage() / "bin/jailctl").string(), "help"};
    argv.insert(argv.end(), words.begin(), words.end());
    return run_command(argv, {.environment = {"COLUMNS=1000"}});
}

/// Commands in the overview: the indented words between "Commands:" and the next blank line.
std::set<std::string> commands() {
    std::set<std::string> found;
    std::istringstream in(help({}).out);
    std::string line;
    while (std::getline(in, line) && line != "Commands:") {}
    while (std::getline(in, line) && !line.empty()) {
        std::string name;
        std::istringstream(line) >> name;
        found.insert(name);
    }
    return found;
}

/// Options at the beginnings of the indented lines of a help text.
std::set<std::string> options(const std::string& text) {
    static const std::regex begin("^  +((-[a-z], )?--[a-z-]+|-[a-z])");
    std::set<std::string> found;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
        std::smatch at;
        if (!std::regex_search(line, at, begin)) continue;
        std::istringstream names(std::regex_replace(at[1].str(), std::regex(","), " "));
        for (std::string name; names >> name;) found.insert(name);
    }
    return found;
}

const Page& manual() {
    static const Page page(stage() / JAILCTL_MAN_DIR / "man8/jailctl.8");
    return page;
}

TEST(Manual, HasEveryCommandAndNoOther) {
    std::set<std::string> described;
    for (const auto& [name, flags] : manual().items("COMMANDS", "Cm")) described.insert(name);
    EXPECT_THAT(commands(), Not(IsEmpty()));
    EXPECT_EQ(described, commands());
}

TEST(Manual, HasEveryOptionOfEveryCommandAndNoOther) {
    const auto described = manual().items("COMMANDS", "Cm");
    for (const auto& command : commands()) {
        const auto at = described.find(command);
        if (at == described.end()) continue;  // said above
        EXPECT_EQ(at->second, options(help({command}).out)) << command;
    }
}

/// What is printed after a mistake in a line is the same line.
TEST(Usage, ShowsEveryOptionOfTheCommand) {
    for (const auto& command : commands()) {
        const std::string text = help({command}).out;
        const std::string usage = text.substr(0, text.find("\n\n"));
        std::set<std::string> shown;
        static const std::regex option("(--[a-z][a-z-]*|-[a-z])(?![a-z-])");
        for (std::sregex_iterator at(usage.begin(), usage.end(), option), end; at != end; ++at) shown.insert(at->str());
        EXPECT_EQ(shown, options(text)) << usage;
    }
}

TEST(Manual, HasEveryGlobalOptionAndNoOther) {
    std::set<std::string> described;
    for (const auto& [name, flags] : manual().items("DESCRIPTION", "Fl")) described.insert(name);
    EXPECT_EQ(described, options(help({}).out));
}

TEST(Manual, SpeaksOfNoOptionThatDoesNotExist) {
    std::set<std::string> known = options(help({}).out);
    for (const auto& command : commands()) known.merge(options(help({command}).out));
    for (const auto& flag : manual().all("Fl")) EXPECT_TRUE(known.contains(flag)) << flag;
}

TEST(Manual, ItsAliasIsOne) {
    EXPECT_EQ(help({"console"}).out, help({"shell"}).out);  // aliases are no entries of the overview
}

TEST(Manual, IsCleanMdoc) {
    for (const char* page : {"man8/jailctl.8", "man5/jails.conf.5"}) {
        const auto lint =
            run_command({"mandoc", "-T", "lint", "-W", "warning", (stage() / JAILCTL_MAN_DIR / page).string()});
        if (lint.status == 127) GTEST_SKIP() << "needs mandoc";
        EXPECT_EQ(lint.all(), "") << page;
    }
}

}  // namespace
}  // namespace jailctl::test
