#include "run/pool.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <unistd.h>


namespace jailctl::core {
namespace {

using testing::HasSubstr;

class Parrot final : public Asker {
public:
    [[nodiscard]] bool can_ask() const override { return true; }
    [[nodiscard]] std::string ask(std::string_view prompt, bool secret) override {
        if (prompt.find("refuse") != std::string_view::npos) throw Error(Errc::interrupted, "hung up");
        return std::string(prompt) + (secret ? " (secret)" : "");
    }
};

class PoolTest : public testing::Test {
protected:
    PoolTest() {
        for (const auto* name : {"a.test", "b.test", "c.test"})
            jails.push_back({JailName(name), {}, std::string("/jails/") + name, {}, {}});
    }
    std::vector<JailReport> run(const Work& work, int jobs = 2, const Precedence& precedence = {}) {
        testing::internal::CaptureStdout();
        testing::internal::CaptureStderr();
        auto reports = run_workers(jails, jobs, console, work, precedence);
        out = testing::internal::GetCapturedStdout();
        err = testing::internal::GetCapturedStderr();
        return reports;
    }
    std::vector<Jail> jails;
    Parrot asker;
    Ledger ledger;
    StreamConsole console{{}, asker, ledger};
    std::string out, err;
};

TEST_F(PoolTest, TextIsPrefixedAndResultsKeepTheOrder) {
    const auto reports = run([&](const Jail& jail) {
        console.line("one\ntwo of " + jail.name.text());
        Ledger result;
        result.outcome = Outcome::done();
        result.data.set("pid", static_cast<int>(::getpid()));
        return result;
    });
    ASSERT_EQ(reports.size(), 3U);
    EXPECT_EQ(reports[2].name, "c.test");
    EXPECT_EQ(reports[0].result, Result::done);
    EXPECT_NE(reports[0].ledger.data["pid"].num(), reports[1].ledger.data["pid"].num());
    EXPECT_THAT(out, HasSubstr("b.test: one\n"));
    EXPECT_THAT(out, HasSubstr("b.test: two of b.test\n"));
}

TEST_F(PoolTest, AWorkerThatDiesIsAFailureOfItsJailAlone) {
    const auto reports = run([](const Jail& jail) {
        if (jail.name.text() == "b.test") ::raise(SIGKILL);
        Ledger result;
        result.outcome = Outcome::done();
        return result;
    });
    EXPECT_EQ(reports[0].result, Result::done);
    EXPECT_EQ(reports[1].result, Result::failed);
    EXPECT_THAT(reports[1].reason, HasSubstr("was killed by signal 9"));
    EXPECT_EQ(reports[2].result, Result::done);
    EXPECT_THAT(err, HasSubstr("b.test: error: "));
}

TEST_F(PoolTest, QuestionsOfWorkersAreAskedByTheParent) {
    const auto reports = run([&](const Jail& jail) {
        Ledger result;
        try {
            result.data.set("answer", console.ask_secret(jail.name.text() == "c.test" ? "refuse" : "Password:"));
            result.outcome = Outcome::done();
        } catch (const Error& error) {
            result.failure = error;
        }
        return result;
    });
    EXPECT_EQ(reports[0].ledger.data["answer"].str(), "a.test: Password: (secret)");
    ASSERT_TRUE(reports[2].ledger.failure);
    EXPECT_EQ(reports[2].ledger.failure->code(), Errc::interrupted);
}

TEST_F(PoolTest, LargeResultsAndFloodsOfTextPass) {
    const auto reports = run([&](const Jail&) {
        for (int i = 0; i < 2000; ++i) console.line(std::string(100, 'x'));
        Ledger result;
        result.outcome = Outcome::done();
        result.data.set("text", std::string(500000, 'y'));
        return result;
    }, 3);
    for (const auto& report : reports) EXPECT_EQ(report.ledger.data["text"].str().size(), 500000U);
    EXPECT_EQ(out.size(), 3U * 2000U * (100U + 8U + 1U));
}

Ledger done_with(const Jail& jail, StreamConsole& console) {
    console.line("done");
    Ledger result;
    result.outcome = Outcome::done();
    if (jail.name.text() == "b.test") result.failure = Error(Errc::failed, "b.test will not");
    return result;
}

TEST_F(PoolTest, AJailIsBegunWhenThoseItWaitsForHaveEnded) {
    // a waits for c, which stands last; b for nobody.
    const auto reports = run([&](const Jail& jail) { return done_with(jail, console); }, 3, {{{2}, {}, {}}, true});
    EXPECT_LT(out.find("c.test: done"), out.find("a.test: done")) << out;
    EXPECT_EQ(reports[0].result, Result::done);
    EXPECT_EQ(reports[2].result, Result::done);
}

TEST_F(PoolTest, WhoWaitsForAFailureIsLeftAloneOnlyWhereThatMatters) {
    const auto work = [&](const Jail& jail) { return done_with(jail, console); };
    const Precedence waiting{{{2}, {}, {1}}, true};  // a for c, c for b, which fails
    const auto left = run(work, 1, waiting);
    EXPECT_EQ(left[0].result, Result::not_started);
    EXPECT_EQ(left[0].reason, "it waits for c.test, which failed");
    EXPECT_EQ(left[1].result, Result::failed);
    EXPECT_EQ(left[2].result, Result::not_started);
    EXPECT_THAT(out, testing::Not(HasSubstr("a.test: done")));
    const auto all = run(work, 1, {waiting.before, false});
    EXPECT_EQ(all[0].result, Result::done);
    EXPECT_EQ(all[2].result, Result::done);
}

TEST_F(PoolTest, ACircleIsNamedAndOpenedWhereOnlyTheOrderDependsOnIt) {
    Command command;
    Configuration configuration;
    command.after_success = true;
    command.after = [](const Configuration&, const Jail& jail) {
        return std::vector<JailName>{JailName(jail.name.text() == "a.test" ? "b.test" : "a.test")};
    };
    try {
        (void)precedence_of(command, configuration, jails);
        ADD_FAILURE() << "nothing was refused";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Errc::config);
        EXPECT_STREQ(error.what(), "the jails wait for each other: a.test waits for b.test waits for a.test");
    }
    command.after_success = false;
    const Precedence opened = precedence_of(command, configuration, jails);
    EXPECT_EQ(opened.circle, "a.test waits for b.test waits for a.test");
    EXPECT_EQ(opened.before, (std::vector<std::vector<std::size_t>>{{1}, {}, {0}}))
        << "who is in no circle keeps its order";
    command.after_success = true;
    jails.pop_back();
    jails.pop_back();
    EXPECT_TRUE(precedence_of(command, configuration, jails).before.front().empty()) << "b.test is not worked on";
}

}  // namespace
}  // namespace jailctl::core
