#include <fcntl.h>

#include "entry_digest.hpp"
#include "trees.hpp"

namespace jailctl::tree::test {

using Digests = TreeActions;

TEST_F(Digests, OfFilesLinksAndDirectoriesBelowTheDirectoryAlone) {
    fs::create_directories(tree_ / "etc/sub");
    spit(tree_ / "etc/file", "abc");
    spit(tree_ / "etc/sub/empty", "");
    fs::create_symlink("/proc/mounts", tree_ / "etc/mtab");
    make_fifo(tree_ / "etc/fifo");
    spit(tree_ / "elsewhere", "x");
    const Value digests = run(&actions::digests, tree_, Value::object().set("below", "etc"))["digests"];
    EXPECT_EQ(digests.members().size(), 4U);
    EXPECT_EQ(digests["etc/file"].str(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(digests["etc/sub/empty"].str(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(digests["etc/mtab"].str(), "-> /proc/mounts");
    EXPECT_EQ(digests["etc/sub"].str(), "directory");
}

TEST_F(Digests, TerabytesOfHolesAreNotCounted) {
    fs::create_directory(tree_ / "etc");
    for (const char* name : {"etc/one", "etc/two", "etc/other"}) {
        spit(tree_ / name, "begin");
        fs::resize_file(tree_ / name, std::uintmax_t{4} << 40);  // counted, it would take longer than a test may
    }
    spit(tree_ / "etc/other", "other");
    fs::resize_file(tree_ / "etc/other", std::uintmax_t{4} << 40);
    const Value digests = run(&actions::digests, tree_, Value::object().set("below", "etc"))["digests"];
    EXPECT_EQ(digests["etc/one"].str().substr(0, 7), "sparse ");
    EXPECT_EQ(digests["etc/one"].str().size(), 7U + 64U);
    EXPECT_EQ(digests["etc/one"].str(), digests["etc/two"].str());
    EXPECT_NE(digests["etc/one"].str(), digests["etc/other"].str());
}

TEST_F(Digests, NamesThatAreNoTextAreWrittenInHexadecimal) {
    fs::create_directory(tree_ / "etc");
    spit(tree_ / "etc/\xff", "");
    const Value digests = run(&actions::digests, tree_, Value::object().set("below", "etc"))["digests"];
    ASSERT_EQ(digests.members().size(), 1U);
    EXPECT_EQ(digests.members().front().first, encode_path("etc/\xff"));
}

/// /proc/self/mem opens as a regular file, and nothing is mapped at its beginning.
TEST_F(Digests, AFileThatCannotBeReadIsNamed) {
    const UniqueFd directory(::open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC));
    const auto facts = facts_at(directory.get(), "mem");
    ASSERT_TRUE(facts);
    const Entry entry{"etc/file", "mem", directory.get(), -1, *facts};
    EXPECT_STREQ(jailctl::test::error_of([&] { (void)digest_of_entry(entry); }).what(),
                 "etc/file: cannot be read: Input/output error");
}

TEST_F(Digests, NoSuchDirectoryOrALinkInItsPlaceHasNone) {
    EXPECT_TRUE(run(&actions::digests, tree_, Value::object().set("below", "etc"))["digests"].members().empty());
    fs::create_symlink(outside_, tree_ / "etc");
    EXPECT_TRUE(run(&actions::digests, tree_, Value::object().set("below", "etc"))["digests"].members().empty());
}

}  // namespace jailctl::tree::test
