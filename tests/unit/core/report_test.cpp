#include "run/report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "run/lines.hpp"

namespace jailctl::core {
namespace {

using testing::HasSubstr;

Ledger failed(Errc code = Errc::io) {
    Ledger ledger;
    ledger.failure = Error(code, "it broke");
    return ledger;
}
Ledger with(Outcome outcome) {
    Ledger ledger;
    ledger.outcome = std::move(outcome);
    return ledger;
}
int status(std::vector<Ledger> ledgers, bool through_all = true) {
    Report report;
    for (auto& ledger : ledgers) report.jails.push_back(settle("a.test", std::move(ledger), 0, through_all));
    return exit_status(report);
}

TEST(ExitStatus, OfJails) {
    EXPECT_EQ(status({}), 0);
    EXPECT_EQ(status({with(Outcome::done())}), 0);
    EXPECT_EQ(status({failed()}), 1);
    EXPECT_EQ(status({failed(), failed()}), 1);
    EXPECT_EQ(status({failed(), with(Outcome::done())}), 3);
    EXPECT_EQ(status({failed(), with(Outcome::with_omissions("x"))}), 3);
    EXPECT_EQ(status({with(Outcome::done()), with(Outcome::with_omissions("x"))}), 4);
    EXPECT_EQ(status({failed(Errc::usage)}), 2);
    EXPECT_EQ(status({failed(Errc::usage), failed(Errc::config)}), 2);
    EXPECT_EQ(status({failed(Errc::usage), failed()}), 1);
    EXPECT_EQ(status({failed(Errc::usage), with(Outcome::done())}), 3);
}

TEST(ExitStatus, AlreadyIsAnErrorOnlyWhenNamedAlone) {
    EXPECT_EQ(status({with(Outcome::already("a.test is running already"))}, true), 0);
    EXPECT_EQ(status({with(Outcome::already("a.test is running already"))}, false), 1);
    EXPECT_EQ(status({with(Outcome::already("x")), failed()}), 3);
    const auto alone = settle("a.test", with(Outcome::already("a.test is running already")), 0, false);
    EXPECT_EQ(alone.ledger.failure->code(), Errc::exists);
    EXPECT_STREQ(alone.ledger.failure->what(), "a.test is running already");
}

TEST(ExitStatus, OmissionsAndReportedFailuresAreFour) {
    Ledger left = with(Outcome::done());
    left.omissions.push_back("a socket");
    EXPECT_EQ(status({left}), 4);
    Ledger hook = with(Outcome::done());
    hook.reported.push_back(Error(Errc::failed, "after-hook"));
    EXPECT_EQ(status({hook}), 4);
    Report report;
    report.ledger.omissions.push_back("x");
    EXPECT_EQ(exit_status(report), 4);
}

TEST(ExitStatus, OfTheCommandAsAWhole) {
    Report report;
    report.ledger = failed();
    EXPECT_EQ(exit_status(report), 1);
    report.refused = true;
    EXPECT_EQ(exit_status(report), 2);
    report.ledger.exit_status = 125;
    EXPECT_EQ(exit_status(report), 125);
}

TEST(ExitStatus, OfAnInterruptionIsTheOneThatAShellTells) {
    Report report;
    report.jails.push_back(settle("a.test", failed(Errc::interrupted), 0, true));
    report.signal = 15;
    EXPECT_EQ(exit_status(report), 143);
    EXPECT_EQ(document_of(report)["status"].num(), 143);
}

TEST(Report, KnowsThatSomethingWasInterrupted) {
    const Error interrupted(Errc::interrupted, "interrupted by signal 15");
    Report report;
    report.ledger = failed();
    report.jails.push_back(settle("a.test", failed(), 0, true));
    EXPECT_FALSE(was_interrupted(report));
    Report whole = report, of_a_jail = report, behind = report;
    whole.ledger = failed(Errc::interrupted);
    of_a_jail.jails.push_back(settle("b.test", failed(Errc::interrupted), 0, true));
    behind.jails.front().ledger.reported.push_back(interrupted);
    for (const Report& other : {whole, of_a_jail, behind}) EXPECT_TRUE(was_interrupted(other));
}

TEST(Report, LedgerSurvivesThePipe) {
    Ledger ledger = with(Outcome::with_omissions("two files"));
    ledger.data.set("bytes", 12);
    ledger.warnings = {{"w", "b.test"}};
    ledger.omissions = {"o"};
    ledger.exit_status = 9;
    ledger.reported.push_back(Error(Errc::timeout, "slow").with_hint("wait"));
    ledger.failure = Error(Errc::vetoed, "no").with_hint("ask").with_jail("a.test").with_step("first");
    const auto back = Ledger::from_value(parse_json(to_json(ledger.to_value())));
    EXPECT_EQ(to_json(back.to_value()), to_json(ledger.to_value()));
    ASSERT_EQ(back.warnings.size(), 1U);
    EXPECT_EQ(back.warnings.front().text, "w");
    EXPECT_EQ(back.warnings.front().jail, "b.test");
    EXPECT_EQ(back.failure->code(), Errc::vetoed);
    EXPECT_EQ(back.outcome->kind, Outcome::Kind::omissions);
}

TEST(Report, DocumentNamesErrorsOfJails) {
    Report report;
    report.command = "start";
    report.jails.push_back(settle("a.test", failed(), 0.5, true));
    const auto document = document_of(report);
    EXPECT_EQ(to_json(document),
              R"({"schema":1,"command":"start","ok":false,"status":1,"jails":[{"name":"a.test","result":"failed",)"
              R"("seconds":0.5,"reason":"it broke"}],"omissions":[],"warnings":[],"errors":[{"code":"io",)"
              R"("message":"it broke","hint":null,"jail":"a.test","step":null}]})");
}

TEST(Report, TableHasARowPerJail) {
    const auto text =
        table_of({settle("a.test", with(Outcome::done()), 0.31, true), settle("longer.test", failed(), 2, true)});
    EXPECT_EQ(text, "jail         result             time  reason\n"
                    "a.test       done             0.31 s\n"
                    "longer.test  failed           2.00 s  it broke\n");
}

TEST(PrefixedLines, NeverMixInsideALine) {
    PrefixedLines lines("a: ");
    EXPECT_EQ(lines.take("one"), "");
    EXPECT_EQ(lines.take(" two\nthree\nfo"), "a: one two\na: three\n");
    EXPECT_EQ(lines.rest(), "a: fo\n");
    EXPECT_EQ(lines.rest(), "");
    EXPECT_THAT(lines.take(std::string(70000, 'x')), testing::EndsWith("x\n"));
}

TEST(Report, ASentenceNamesAJailByAWordOfItsOwn) {
    for (const char* sentence : {"db is running", "the jail 'db' is gone", "/jails/db/etc: no such file", "x-db or db"})
        EXPECT_TRUE(names(sentence, "db")) << sentence;
    for (const char* sentence : {"", "cannot read /etc/adb.conf", "db-2 is running", "no dbus", "old_db"})
        EXPECT_FALSE(names(sentence, "db")) << sentence;
}

}  // namespace
}  // namespace jailctl::core
