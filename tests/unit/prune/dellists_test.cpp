// What the prune plugin reads from a site's dellists.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dellists.hpp"
#include "support.hpp"

namespace jailctl::prune {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

namespace {

template <class F>
std::string message_of(F&& f, Errc code) {
    const Error error = test::error_of(std::forward<F>(f));
    EXPECT_EQ(error.code(), code) << error.what();
    return error.what();
}

}  // namespace

TEST(Dellist, OnePathALineCommentsAndBlanksLeftOut) {
    EXPECT_THAT(parse_dellist("# all\n/sbin/mount\n\n  usr/share/games   # fun\n\tboot/*\r\nlast", "list"),
                ElementsAre("/sbin/mount", "usr/share/games", "boot/*", "last"));
    EXPECT_THAT(parse_dellist("", "list"), IsEmpty());
    EXPECT_THAT(parse_dellist("\n#\n # x\n", "list"), IsEmpty());
}

TEST(Dellist, AHashInsideANameIsPartOfIt) { EXPECT_THAT(parse_dellist("a#b\n", "list"), ElementsAre("a#b")); }

TEST(Dellist, DotDotIsAnErrorWithFileAndLine) {
    EXPECT_THAT(message_of([] { (void)parse_dellist("bin\n\n../etc/passwd\n", "/addons/dellist4.txt"); },
                           Errc::invalid),
                HasSubstr("/addons/dellist4.txt:3: '../etc/passwd' contains '..'"));
    for (const char* path : {"..", "/..", "a/../b", "a/..", "*/../x"})
        (void)message_of([&] { (void)parse_dellist(path, "list"); }, Errc::invalid);
    EXPECT_THAT(parse_dellist("..a\na..\n...\n", "list"), ElementsAre("..a", "a..", "..."));
}

TEST(Dellist, ControlBytesOfAPathAreEscapedInTheMessage) {
    EXPECT_THAT(message_of([] { (void)parse_dellist("../\x1b[2J", "list"); }, Errc::invalid), HasSubstr("\\x1b"));
    (void)message_of([] { (void)parse_dellist(std::string_view("a\0b", 3), "list"); }, Errc::invalid);
}

class Dellists : public ::testing::Test {
protected:
    void SetUp() override { JAILCTL_NEEDS_ROOT(); }
    test::Scratch scratch_;
};

TEST_F(Dellists, AreReadInTheirOrder) {
    test::spit(scratch_ / "dellist-linux.txt", "three\n");
    test::spit(scratch_ / "dellist4.txt", "one\n");
    test::spit(scratch_ / "dellist5.txt", "two\n");
    EXPECT_THAT(read_dellists(scratch_.path()), ElementsAre("one", "two", "three"));
}

TEST_F(Dellists, AMissingListOrDirectoryNamesNothing) {
    test::spit(scratch_ / "dellist5.txt", "two\n");
    EXPECT_THAT(read_dellists(scratch_.path()), ElementsAre("two"));
    EXPECT_THAT(read_dellists(scratch_ / "none"), IsEmpty());
}

TEST_F(Dellists, AListOthersMayWriteIsRefused) {
    test::spit(scratch_ / "dellist4.txt", "one\n");
    ASSERT_EQ(::chmod((scratch_ / "dellist4.txt").c_str(), 0666), 0);
    EXPECT_THAT(message_of([&] { (void)read_dellists(scratch_.path()); }, Errc::denied), HasSubstr("dellist4.txt"));
}

}  // namespace jailctl::prune
