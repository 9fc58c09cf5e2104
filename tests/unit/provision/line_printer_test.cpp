#include "line_printer.hpp"

#include <gmock/gmock.h>

#include <vector>

namespace jailctl::provision {

using ::testing::ElementsAre;

TEST(LinePrinter, JoinsChunksAndCutsLines) {
    std::vector<std::string> lines;
    LinePrinter printer([&](std::string_view line) { lines.emplace_back(line); });
    printer.feed("one\ntw");
    printer.feed("o\n\nthree");
    EXPECT_THAT(lines, ElementsAre("one", "two", ""));
    printer.finish();
    printer.finish();
    EXPECT_THAT(lines, ElementsAre("one", "two", "", "three"));
    EXPECT_EQ(printer.dropped(), 0U);
}

TEST(LinePrinter, AnEndlessLineComesInPieces) {
    std::size_t pieces = 0, longest = 0;
    LinePrinter printer([&](std::string_view line) {
        ++pieces;
        longest = std::max(longest, line.size());
    });
    printer.feed(std::string(3 * LinePrinter::line_limit + 1, 'x'));
    printer.finish();
    EXPECT_EQ(pieces, 4U);
    EXPECT_EQ(longest, LinePrinter::line_limit);
}

TEST(LinePrinter, AFloodIsCutAndCounted) {
    std::uint64_t given = 0;
    LinePrinter printer([&](std::string_view line) { given += line.size() + 1; });
    const std::string line = std::string(1023, 'y') + "\n";
    for (std::uint64_t sent = 0; sent < LinePrinter::total_limit + 10 * 1024; sent += line.size()) printer.feed(line);
    printer.finish();
    EXPECT_EQ(given, LinePrinter::total_limit);
    EXPECT_EQ(printer.dropped(), 10U * 1024U);
}

}  // namespace jailctl::provision
