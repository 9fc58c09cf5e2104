#include "archive/raw_names.hpp"

#include <gtest/gtest.h>

namespace jailctl::tree {
namespace {

const std::string composed = "caf\xc3\xa9", decomposed = "cafe\xcc\x81", cut = "caf";

std::string path_of(NameKeeper& names) {
    names.member(512);
    return names.take(512).path;
}

TEST(RawNames, AreThoseOfTheMemberAndToldOnce) {
    NameKeeper names;
    names.gnu_header('L', decomposed);
    names.gnu_header('K', composed);
    names.member(512);
    names.gnu_header('L', composed);
    names.member(2048);
    EXPECT_EQ(names.take(0).path, "");
    const RawNames first = names.take(512);
    EXPECT_EQ(first.path, decomposed);
    EXPECT_EQ(first.target, composed);
    EXPECT_EQ(names.take(512).path, "");
    EXPECT_EQ(names.take(2048).path, composed);
}

TEST(RawNames, InAsciiAreLeftToLibarchive) {
    NameKeeper names;
    names.pax_record("path", "plain");
    names.pax_record("linkpath", decomposed);
    names.pax_header('x', false);
    names.member(512);
    const RawNames found = names.take(512);
    EXPECT_EQ(found.path, "");
    EXPECT_EQ(found.target, decomposed);
}

TEST(RawNames, OfSeveralHeadersTheFirstHasTheLastWord) {
    NameKeeper names;
    names.gnu_header('L', decomposed);
    names.pax_record("path", composed);
    names.pax_header('x', false);
    EXPECT_EQ(path_of(names), decomposed);
}

TEST(RawNames, OfAHeaderForAllAreOfNoMember) {
    NameKeeper names;
    names.pax_record("path", decomposed);
    names.pax_header('g', false);
    EXPECT_EQ(path_of(names), "");
}

/// Ours had it cut; in those of others the path is one that stands in for it.
TEST(RawNames, OfSparseFilesAreInARecordOfTheirOwn) {
    for (const bool ours : {false, true}) {
        NameKeeper names;
        names.pax_record("GNU.sparse.name", cut + "\xff");
        names.pax_record("path", decomposed);
        names.pax_header('x', ours);
        EXPECT_EQ(path_of(names), ours ? decomposed : cut + "\xff");
        names.pax_record("GNU.sparse.name", composed);
        names.pax_header('x', ours);
        EXPECT_EQ(path_of(names), composed) << "there is no other";
    }
}

}  // namespace
}  // namespace jailctl::tree
