#include "archive/raw_names.hpp"

#include <gtest/gtest.h>

namespace jailctl::tree {
namespace {

const std::string composed = "caf\xc3\xa9", decomposed = "cafe\xcc\x81", cut = "caf";

TEST(RawNames, AreThoseOfTheMemberAndToldOnce) {
    NameKeeper names;
    names.gnu_header('L', decomposed);
    names.gnu_header('K', composed);
    const RawNames first = names.take();
    EXPECT_EQ(first.path, decomposed);
    EXPECT_EQ(first.target, composed);
    EXPECT_EQ(names.take().path, "");
    names.gnu_header('L', composed);
    EXPECT_EQ(names.take().path, composed);
}

TEST(RawNames, APathInAsciiIsLeftToLibarchive) {
    NameKeeper names;
    names.pax_record("path", "plain");
    names.pax_record("linkpath", "target");
    names.pax_header('x', false);
    const RawNames found = names.take();
    EXPECT_EQ(found.path, "");
    EXPECT_EQ(found.target, "target");
}

TEST(RawNames, OfSeveralHeadersTheFirstHasTheLastWord) {
    NameKeeper names;
    names.gnu_header('L', decomposed);
    names.pax_record("path", composed);
    names.pax_header('x', false);
    EXPECT_EQ(names.take().path, decomposed);
}

TEST(RawNames, OfAHeaderForAllAreOfNoMember) {
    NameKeeper names;
    names.pax_record("path", decomposed);
    names.pax_header('g', false);
    EXPECT_EQ(names.take().path, "");
}

/// Ours had it cut; in those of others the path is one that stands in for it.
TEST(RawNames, OfSparseFilesAreInARecordOfTheirOwn) {
    for (const bool ours : {false, true}) {
        NameKeeper names;
        names.pax_record("GNU.sparse.name", cut + "\xff");
        names.pax_record("path", decomposed);
        names.pax_header('x', ours);
        EXPECT_EQ(names.take().path, ours ? decomposed : cut + "\xff");
        names.pax_record("GNU.sparse.name", composed);
        names.pax_header('x', ours);
        EXPECT_EQ(names.take().path, composed) << "there is no other";
    }
}

}  // namespace
}  // namespace jailctl::tree
