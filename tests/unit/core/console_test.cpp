#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "columns.hpp"
#include "console/progress.hpp"
#include "console/stream_console.hpp"

namespace jailctl::core {
namespace {

class NobodyToAsk final : public Asker {
public:
    [[nodiscard]] bool can_ask() const override { return false; }
    [[nodiscard]] std::string ask(std::string_view, bool) override { throw Error(Errc::usage, "cannot ask"); }
};

class ConsoleTest : public testing::Test {
protected:
    struct Said {
        std::string out, err;
    };
    Said said(const ConsoleStyle& style, const std::function<void(StreamConsole&)>& body) {
        testing::internal::CaptureStdout();
        testing::internal::CaptureStderr();
        StreamConsole console(style, asker_, ledger_);
        body(console);
        return {testing::internal::GetCapturedStdout(), testing::internal::GetCapturedStderr()};
    }
    NobodyToAsk asker_;
    Ledger ledger_;
};

TEST_F(ConsoleTest, EscapesWhatCouldSteerATerminal) {
    const auto text = said({}, [](auto& console) { console.line("a\x1b[2Jb\nc"); });
    EXPECT_EQ(text.out, "a\\x1b[2Jb\nc\n");
}

TEST_F(ConsoleTest, QuietKeepsResultsWarningsAndErrors) {
    ConsoleStyle style;
    style.quiet = true;
    const auto text = said(style, [](auto& console) {
        console.info("Starting jail x...");
        console.line("result");
        console.warn("careful");
        console.error(Error(Errc::failed, "after-hook").with_hint("look"));
        console.verbose("detail");
    });
    EXPECT_EQ(text.out, "result\n");
    EXPECT_EQ(text.err, "warning: careful\nerror: after-hook\nhint: look\n");
    EXPECT_EQ(ledger_.warnings.size(), 1U);
    EXPECT_EQ(ledger_.reported.size(), 1U);
}

TEST_F(ConsoleTest, JsonSendsTextToStderrAndKeepsData) {
    ConsoleStyle style;
    style.json = style.text_to_stderr = true;
    const auto text = said(style, [](auto& console) {
        console.line("text");
        console.info("info");
        console.data("key", 7);
        console.document(Value::object().set("schema", 1));
    });
    EXPECT_EQ(text.err, "text\ninfo\n");
    EXPECT_EQ(text.out, "{\n  \"schema\": 1\n}\n");
    EXPECT_EQ(ledger_.data["key"].num(), 7);
}

TEST_F(ConsoleTest, ColourOnlyMarksTheWord) {
    ConsoleStyle style;
    style.color_err = true;
    EXPECT_EQ(said(style, [](auto& console) { console.warn("x"); }).err, "\033[33mwarning:\033[0m x\n");
}

TEST_F(ConsoleTest, WithoutATerminalNothingIsAsked) {
    said({}, [](auto& console) {
        EXPECT_FALSE(console.can_ask());
        EXPECT_THROW(static_cast<void>(console.confirm("really?")), Error);
    });
}

TEST(ProgressText, BytesRateAndTimeLeft) {
    EXPECT_EQ(progress_text(50'000'000, 100'000'000, 10), "50 MB of 100 MB, 5.0 MB/s, 10 s left");
    EXPECT_THAT(progress_text(50'000'000, 0, 10), testing::StartsWith("50 MB, 5"));
    EXPECT_EQ(progress_text(0, 0, 20.3), "20 s");
    EXPECT_EQ(progress_bar(1, 4, 8), "[##------]  25%");
    EXPECT_EQ(progress_bar(9, 4, 4), "[####] 100%");
    EXPECT_EQ(progress_bar(9, 0, 4), "");
}

TEST(ProgressLine, FitsTheTerminalWhateverItsWidth) {
    const auto line = [](std::size_t columns) {
        return progress_line("reading deb.lab", 86'000'000, 221'000'000, 1.1, columns);
    };
    EXPECT_EQ(line(120), "reading deb.lab [#########---------------]  39% 86 MB of 221 MB, 79 MB/s, 1.73 s left");
    EXPECT_EQ(columns_of(line(80)), 79U);
    EXPECT_THAT(line(80), testing::EndsWith(" left")) << "the bar gives way first";
    EXPECT_EQ(line(60), "reading deb.lab: 86 MB of 221 MB, 79 MB/s, 1.73 s left");
    EXPECT_EQ(line(30), "reading deb.lab: 86 MB of 221");
}

TEST(Columns, CountsAndCutsWhatATerminalShows) {
    EXPECT_EQ(columns_of("a\u00e9\u65e5"), 4U) << "one of East Asia is two wide";
    EXPECT_EQ(cut_to_columns("a\u00e9\u65e5x", 3), "a\u00e9") << "no half of a character";
    EXPECT_EQ(cut_to_columns("ab", 3), "ab");
}

TEST(Wrapped, BreaksLinesBetweenWordsAndIndentsWhatFollows) {
    EXPECT_EQ(wrapped("one two three\nfour", 8), "one two\nthree\nfour");
    EXPECT_EQ(wrapped("  -x  one two three", 12, 6), "  -x  one\n      two\n      three");
    EXPECT_EQ(wrapped("a verylongword b", 6), "a\nverylongword\nb");
    EXPECT_EQ(wrapped("<c> = start|stop|status", 12, 4), "<c> = start|\n    stop|\n    status");
    EXPECT_EQ(wrapped("a\n\n  b\n", 6), "a\n\n  b\n") << "what fits stays as it is";
}

TEST(TimedProgress, ShowsNothingInTheFirstSecond) {
    int shown = 0, cleared = 0;
    {
        const auto columns = [] { return std::size_t{80}; };
        TimedProgress progress("x", 10, columns, std::chrono::milliseconds(1), [&](const std::string&) { ++shown; },
                               [&] { ++cleared; });
        progress.update(5);
    }
    EXPECT_EQ(shown, 0);
    EXPECT_EQ(cleared, 0);
}

}  // namespace
}  // namespace jailctl::core
