// Whatever happens to a tree after the live pass: the archive of both passes is the tree as the second one found it.
#include <fcntl.h>
#include <functional>

#include "awkward.hpp"
#include "two_passes.hpp"

namespace jailctl::tree::test {
namespace {

struct Happening {
    const char* name;
    std::function<void(const fs::path& root)> happens;
    friend void PrintTo(const Happening& self, std::ostream* out) { *out << self.name; }
};

void age(const fs::path& path) {
    const timespec times[2]{{1'111'111'111, 123'456'789}, {1'111'111'111, 123'456'789}};
    ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW), 0) << path;
}

/// Directories with times of their own, names of one file in several of them, something of every kind.
void build(const fs::path& root) {
    for (const char* directory : {"a", "a/sub", "a/sub/deep", "b", "c"}) fs::create_directory(root / directory);
    for (const char* file : {"a/file", "a/sub/file", "a/sub/deep/file", "b/file", "c/one", "c/two", "top"})
        spit(root / file, std::string(5000, file[0]) + file);
    for (const char* name : {"b/second", "c/third", "a/sub/fourth"}) fs::create_hard_link(root / "a/file", root / name);
    fs::create_hard_link(root / "c/one", root / "b/uno");
    fs::create_symlink("file", root / "a/link");
    make_fifo(root / "b/pipe");
    set_attribute(root / "c/two", "user.a", "before");
    ASSERT_EQ(::chmod((root / "a/sub").c_str(), 0555), 0);
    for (const char* path : {"a/sub/deep", "a/sub", "a", "b", "c", ""}) age(root / path);
}

const Happening happenings[] = {
    {"Nothing", [](const fs::path&) {}},
    {"Content", [](const fs::path& root) { spit(root / "a/sub/deep/file", "other"); }},
    {"Grown", [](const fs::path& root) { spit(root / "b/file", std::string(3 << 20, 'g')); }},
    {"Shrunk", [](const fs::path& root) { fs::resize_file(root / "top", 17); }},
    {"Truncated", [](const fs::path& root) { fs::resize_file(root / "c/two", 0); }},
    {"Holed", [](const fs::path& root) { fs::resize_file(root / "c/two", 1 << 20); }},
    {"Deleted", [](const fs::path& root) { fs::remove(root / "a/sub/file"); }},
    {"DirectoryDeleted", [](const fs::path& root) { fs::remove_all(root / "a/sub"); }},
    {"New", [](const fs::path& root) { spit(root / "b/new", "new"); }},
    {"NewAtTheTop", [](const fs::path& root) { spit(root / "anew", "new"); }},
    {"NewDirectory",
     [](const fs::path& root) {
         fs::create_directories(root / "a/sub/x/y/z");
         spit(root / "a/sub/x/y/z/file", "new");
         spit(root / "a/sub/x/file", "new");
         age(root / "a/sub/x/y");
         age(root / "a/sub");
     }},
    {"FileRenamed", [](const fs::path& root) { fs::rename(root / "c/two", root / "b/deux"); }},
    {"Replaced",
     [](const fs::path& root) { spit(root / "c/.new", "by a rename"), fs::rename(root / "c/.new", root / "c/two"); }},
    {"DirectoryRenamed", [](const fs::path& root) { fs::rename(root / "a/sub", root / "b/bus"); }},
    {"DirectoriesExchanged",
     [](const fs::path& root) {
         ASSERT_EQ(::renameat2(AT_FDCWD, (root / "a").c_str(), AT_FDCWD, (root / "b").c_str(), RENAME_EXCHANGE), 0);
     }},
    {"FileToDirectory",
     [](const fs::path& root) {
         fs::remove(root / "b/file");
         fs::create_directory(root / "b/file");
         spit(root / "b/file/in", "in");
     }},
    {"DirectoryToFile", [](const fs::path& root) { fs::remove_all(root / "a/sub"), spit(root / "a/sub", "a file"); }},
    {"DirectoryToLink", [](const fs::path& root) { fs::remove_all(root / "a"), fs::create_symlink("b", root / "a"); }},
    {"LinkRedirected",
     [](const fs::path& root) { fs::remove(root / "a/link"), fs::create_symlink("elsewhere", root / "a/link"); }},
    {"FileToFifo", [](const fs::path& root) { fs::remove(root / "top"), make_fifo(root / "top"); }},
    {"FifoToFile", [](const fs::path& root) { fs::remove(root / "b/pipe"), spit(root / "b/pipe", "file"); }},
    {"HardLinkMade", [](const fs::path& root) { fs::create_hard_link(root / "c/two", root / "a/zwei"); }},
    {"HardLinkRemoved", [](const fs::path& root) { fs::remove(root / "c/third"); }},
    {"EveryNameButOneRemoved",
     [](const fs::path& root) {
         for (const char* name : {"a/file", "b/second", "c/third"}) fs::remove(root / name);
     }},
    {"NamesMoveWithTheirDirectory", [](const fs::path& root) { fs::rename(root / "a", root / "z"); }},
    {"NamesMoveAmongTheOthers", [](const fs::path& root) { fs::rename(root / "c", root / "a/sub/c"); }},
    {"LinkedContent", [](const fs::path& root) { spit(root / "c/third", "all names"); }},
    {"Mode", [](const fs::path& root) { ASSERT_EQ(::chmod((root / "top").c_str(), 04711), 0); }},
    {"ModeOfDirectory", [](const fs::path& root) { ASSERT_EQ(::chmod((root / "a").c_str(), 01700), 0); }},
    {"Owner", [](const fs::path& root) { ASSERT_EQ(::lchown((root / "a/link").c_str(), 7, 8), 0); }},
    {"TimesAlone", [](const fs::path& root) { age(root / "b/file"), age(root / "b/pipe"); }},
    {"Attribute", [](const fs::path& root) { set_attribute(root / "c/two", "user.a", "after"); }},
    {"AttributeOfDirectory", [](const fs::path& root) { set_attribute(root / "a/sub", "user.d", "after"); }},
    {"TimeOfTheRoot", [](const fs::path& root) { age(root); }},
    {"EverythingNew",
     [](const fs::path& root) {
         for (const char* name : {"a", "b", "c", "top"}) fs::remove_all(root / name);
         build(root);
     }},
    {"Emptied",
     [](const fs::path& root) {
         for (const char* name : {"a", "b", "c", "top"}) fs::remove_all(root / name);
     }},
};

class SecondPass : public TwoPasses, public ::testing::WithParamInterface<Happening> {};

TEST_P(SecondPass, TheArchiveIsTheTreeAsItStands) {
    build(tree_);
    live();
    GetParam().happens(tree_);
    const Value done = finish();
    EXPECT_EQ(done["changed"].num(), 0);
    expect_the_tree();
}

INSTANTIATE_TEST_SUITE_P(All, SecondPass, ::testing::ValuesIn(happenings),
                         [](const auto& each) { return std::string(each.param.name); });

TEST_F(TwoPasses, OneAfterTheOtherInOneTree) {
    build(tree_);
    live();
    for (const Happening& happening : happenings) {
        const std::string name = happening.name;
        if (name.starts_with("Direct") || name.starts_with("Empt") || name.starts_with("Names") ||
            name.starts_with("Every"))
            continue;
        fs::create_directories(tree_ / name);
        build(tree_ / name);
        happening.happens(tree_ / name);
    }
    finish();
    expect_the_tree();
}

TEST_F(TwoPasses, OnlyWhatChangedIsReadWhileTheTreeStandsStill) {
    build(tree_);
    live();
    spit(tree_ / "b/file", "changed");
    spit(tree_ / "a/new", "new");
    finish();
    // The two files, and the directory that got a name.
    EXPECT_EQ(second_["entries"].num(), 3);
    EXPECT_EQ(second_["left_out"].num(), 2);
    // All names of a file, however few of them changed: a name that is new can be a link to nothing that stays.
    live();
    fs::rename(tree_ / "c", tree_ / "d");
    finish();
    EXPECT_EQ(second_["entries"].num(), 1 + 1 + 3 + 3 + 1)
        << "root, d, what it holds, other names of its two linked files";
    expect_the_tree();
}

TEST_F(TwoPasses, EveryFormatIsAsOnePassWritesIt) {
    build_awkward(tree_);
    spit(tree_ / "large", std::string(9 << 20, 'l'));
    for (const std::string format : {"tar", "tar.gz", "tar.zst"}) {
        live();
        spit(tree_ / "changed", format);
        fs::remove(tree_ / "large");
        const Value both = finish(format), checked = check(archive_);
        const fs::path other = scratch_.path() / "one-pass";
        const Value one = pack(tree_, other, Value::object().set("format", format));
        for (const char* member : {"entries", "files", "bytes", "sockets", "unrestorable"})
            EXPECT_EQ(both[member].num(), one[member].num()) << format << " " << member;
        EXPECT_EQ(both["sha256"].str(), checked["sha256"].str());
        const fs::path target = scratch_.path() / without_dot(format);
        fs::create_directory(target);
        unpack(archive_, target);
        EXPECT_EQ(describe(target), describe(tree_)) << format;
        spit(tree_ / "large", std::string(9 << 20, 'l'));
    }
}

TEST_F(TwoPasses, WhatIsExcludedIsSoInBoth) {
    build(tree_);
    live(Value::object().set("excludes", Value::array().push("./a/*").push("two")));
    spit(tree_ / "a/new", "new");
    spit(tree_ / "c/two", "changed");
    finish();
    unpack(archive_, other_);
    EXPECT_TRUE(stands(other_ / "a"));
    EXPECT_TRUE(fs::is_empty(other_ / "a"));
    EXPECT_FALSE(stands(other_ / "c/two"));
    EXPECT_TRUE(stands(other_ / "c/one"));
}

TEST_F(TwoPasses, WhatTheLivePassSaidIsSaidAgainOnlyIfItIsStillSo) {
    build(tree_);
    make_socket(tree_ / "socket");
    live();
    make_socket(tree_ / "another");
    const Value done = finish();
    EXPECT_EQ(done["sockets"].num(), 2);
    EXPECT_EQ(second_["notes_total"].num(), 0);
    EXPECT_EQ(second_["unreadable"].num(), 0);
}

}  // namespace
}  // namespace jailctl::tree::test
