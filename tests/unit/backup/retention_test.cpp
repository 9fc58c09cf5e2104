// BACKUP_KEEP: the parser, and the decision as a pure function of times and marks.
#include "retention.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>

#include "jailctl/sdk/error.hpp"
#include "jailctl/testing/thrown.hpp"

namespace jailctl::backup {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::int64_t at(const std::string& text) {
    std::tm when{};
    EXPECT_NE(::strptime(text.c_str(), "%Y-%m-%d %H:%M:%S", &when), nullptr) << text;
    return ::timegm(&when);
}

const std::int64_t now = at("2026-11-23 12:00:00");

struct Case {
    std::string name, keep;
    std::vector<std::string> times;  ///< oldest first; "v", "b", "p", "x", "f", "n" after the time: marks
    std::string fates;               ///< a letter each: k kept, r removed, u unusable
};

Candidate candidate(const std::string& text) {
    const std::string marks = text.substr(19);
    const auto has = [&](char mark) { return marks.find(mark) != std::string::npos; };
    return {.taken = at(text.substr(0, 19)),
            .verified = has('v'),
            .booted = has('b'),
            .protect = has('p'),
            .unusable = has('x'),
            .foreign = has('f'),
            .named = has('n')};
}

std::vector<Candidate> candidates(const std::vector<std::string>& times) {
    std::vector<Candidate> all;
    for (const auto& time : times) all.push_back(candidate(time));
    return all;
}

std::string fates(const std::vector<Verdict>& verdicts) {
    std::string text;
    for (const auto& verdict : verdicts) text += "kru"[static_cast<int>(verdict.fate)];
    return text;
}

const Case cases[] = {
    {"Nothing", "last=3", {}, ""},
    {"NoRuleKeepsAll", "", {"2001-01-01 00:00:00", "2026-11-23 11:00:00"}, "kk"},
    {"LastKeepsTheNewest", "last=2", {"2026-11-20 00:00:00", "2026-11-21 00:00:00", "2026-11-22 00:00:00"}, "rkk"},
    {"SameSecondTheLaterInTheListIsNewer",
     "last=1",
     {"2026-11-22 00:00:00", "2026-11-22 00:00:00", "2026-11-22 00:00:00"},
     "rrk"},
    {"DailyKeepsTheNewestOfADay",
     "daily=2",
     {"2026-11-21 01:00:00", "2026-11-21 23:59:59", "2026-11-22 00:00:00", "2026-11-22 05:00:00"},
     "rkrk"},
    {"DaysWithoutABackupTakeNoPlace",
     "daily=2",
     {"2026-01-01 01:00:00", "2026-06-01 01:00:00", "2026-11-22 00:00:00"},
     "rkk"},
    {"HourlyByTheHour",
     "hourly=2",
     {"2026-11-22 00:59:59", "2026-11-22 01:00:00", "2026-11-22 01:59:59", "2026-11-22 02:00:00"},
     "rrkk"},
    {"WeeksBeginOnMonday",
     "weekly=2",
     {"2026-11-15 23:59:59", "2026-11-16 00:00:00", "2026-11-22 23:59:59", "2026-11-23 00:00:00"},
     "rrkk"},
    {"WeeksCrossTheYear", "weekly=1", {"2025-12-29 00:00:00", "2026-01-04 23:59:59"}, "rk"},
    {"MonthlyAndYearly",
     "monthly=2 yearly=2",
     {"2024-12-31 23:59:59", "2025-12-31 23:59:59", "2026-10-31 00:00:00", "2026-11-01 00:00:00",
      "2026-11-22 00:00:00"},
     "rkkrk"},
    {"RulesDoNotTakeFromEachOther", "last=1 daily=1", {"2026-11-20 00:00:00", "2026-11-22 00:00:00"}, "rk"},
    {"AnUnfilledRuleKeepsTheOldest",
     "monthly=12",
     {"2026-11-01 00:00:00", "2026-11-10 00:00:00", "2026-11-22 00:00:00"},
     "krk"},
    {"AFilledRuleDoesNot", "daily=1", {"2026-11-22 01:00:00", "2026-11-22 02:00:00"}, "rk"},
    {"ProtectedStays", "last=1", {"2001-01-01 00:00:00p", "2026-11-20 00:00:00", "2026-11-22 00:00:00"}, "krk"},
    {"TheNewestVerifiedStays",
     "last=1",
     {"2026-11-19 00:00:00v", "2026-11-20 00:00:00v", "2026-11-21 00:00:00", "2026-11-22 00:00:00"},
     "rkrk"},
    {"TheNewestBootedStaysBesideTheNewestVerified",
     "last=1",
     {"2026-11-19 00:00:00bv", "2026-11-20 00:00:00v", "2026-11-21 00:00:00", "2026-11-22 00:00:00"},
     "kkrk"},
    {"DamagedCountsForNothing",
     "last=1",
     {"2026-11-20 00:00:00", "2026-11-21 00:00:00", "2026-11-22 00:00:00x"},
     "rku"},
    {"ADamagedOneIsNotTheNewestVerified",
     "last=1",
     {"2026-11-20 00:00:00v", "2026-11-21 00:00:00xv", "2026-11-22 00:00:00"},
     "kuk"},
    {"ProtectedAndDamagedStays", "last=1", {"2026-11-20 00:00:00xp", "2026-11-22 00:00:00"}, "kk"},
    {"TheFutureStaysAndCountsForNothing",
     "last=1",
     {"2026-11-20 00:00:00", "2026-11-22 00:00:00", "2099-01-01 00:00:00"},
     "rkk"},
    {"AFutureVerifiedOneIsNotTheNewest",
     "last=1",
     {"2026-11-20 00:00:00v", "2026-11-22 00:00:00", "2099-01-01 00:00:00v"},
     "kkk"},
    {"AClockThatHadJumpedBack", "last=2", {"1970-01-01 00:00:10", "2026-11-21 00:00:00", "2026-11-22 00:00:00"}, "rkk"},
    {"WithoutATimeItStays", "last=1", {"1970-01-01 00:00:00", "2026-11-22 00:00:00"}, "kk"},
    {"OfOthersStaysAndCountsForNothing", "last=1", {"2026-11-21 00:00:00", "2026-11-22 00:00:00f"}, "kk"},
    {"NamedByHandStaysAndCountsForNothing",
     "last=1",
     {"2026-11-20 00:00:00n", "2026-11-21 00:00:00", "2026-11-22 00:00:00n"},
     "kkk"},
    {"NotSortedIsNoMatter", "last=1", {"2026-11-22 00:00:00", "2026-11-21 00:00:00"}, "kr"},
};

class Retention : public ::testing::TestWithParam<Case> {};

TEST_P(Retention, Decides) {
    EXPECT_EQ(fates(judge(parse_keep(GetParam().keep), candidates(GetParam().times), now)), GetParam().fates);
}

INSTANTIATE_TEST_SUITE_P(Table, Retention, ::testing::ValuesIn(cases),
                         [](const auto& info) { return info.param.name; });

TEST(RetentionReasons, LongestPeriodFirst) {
    const auto verdicts = judge(parse_keep("last=3 daily=7 yearly=1"), candidates({"2026-11-22 00:00:00v"}), now);
    EXPECT_THAT(verdicts.at(0).reasons, ElementsAre("yearly 1 of 1", "daily 1 of 7", "last 1 of 3", "newest verified"));
}

TEST(RetentionReasons, OfTheOldest) {
    const auto verdicts = judge(parse_keep("daily=3"), candidates({"2026-11-22 00:00:00", "2026-11-22 01:00:00"}), now);
    EXPECT_THAT(verdicts.at(0).reasons, ElementsAre("daily 2 of 3 (the oldest)"));
}

/// A year of daily backups with expire after each: what stays is what the rules say, whatever went in between.
TEST(RetentionOverTime, AYearOfDays) {
    const auto rules = parse_keep("last=3 daily=7 weekly=4 monthly=12");
    std::vector<Candidate> backups;
    for (std::int64_t time = at("2025-11-23 03:00:00"); time < now; time += 86400) {
        backups.push_back({.taken = time, .verified = true});
        const auto verdicts = judge(rules, backups, time);
        std::vector<Candidate> left;
        for (std::size_t i = 0; i < backups.size(); ++i)
            if (verdicts[i].fate == Fate::keep) left.push_back(backups[i]);
        backups = std::move(left);
    }
    // 7 days, 4 weeks of which one or two end within the 7 days, 12 months of which one ends with today.
    EXPECT_GE(backups.size(), 20U);
    EXPECT_LE(backups.size(), 22U);
    EXPECT_LT(backups.front().taken, at("2026-01-01 00:00:00"));
}

struct Wrong {
    std::string text, part;
};
const Wrong mistakes[] = {
    {"daily", "'daily' is no rule: expected last, hourly"},
    {"=3", "'=3' is no rule"},
    {"dayly=3", "there is no rule 'dayly', perhaps daily"},
    {"fortnightly=3", "the rules are last, hourly"},
    {"daily=", "after '=' a whole number from 1 to 9999"},
    {"daily=0", "a rule that is to keep nothing is left out"},
    {"daily=-1", "a whole number"},
    {"daily=3x", "a whole number"},
    {"daily=10000", "a whole number"},
    {"daily=3 last=1 daily=4", "the rule daily is given twice"},
};

TEST(KeepRulesText, MistakesAreNamed) {
    for (const auto& wrong : mistakes)
        EXPECT_THAT(test::error_of([&] { (void)parse_keep(wrong.text); }).what(), HasSubstr(wrong.part)) << wrong.text;
}

TEST(KeepRulesText, BlanksAndOrderDoNotMatter) {
    const auto rules = parse_keep("  last=3\n\tyearly=2 daily=7 ");
    ASSERT_EQ(rules.size(), 3U);
    EXPECT_EQ(rules[0].period, Period::yearly);
    EXPECT_EQ(rules[0].count, 2U);
    EXPECT_EQ(rules[2].period, Period::last);
    EXPECT_TRUE(parse_keep("").empty());
}

}  // namespace
}  // namespace jailctl::backup
