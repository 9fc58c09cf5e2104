#include <fcntl.h>
#include <linux/fs.h>

#include "trees.hpp"

namespace jailctl::tree::test {

class Populate : public TreeActions {
protected:
    Value populate(Value entries, std::vector<std::pair<std::string, int>> files = {}) {
        return run_with(&actions::populate, tree_, Value::object().set("entries", std::move(entries)),
                        std::move(files));
    }
    static Value entry(const std::string& path, const std::string& type) {
        return Value::object().set("path", path).set("type", type);
    }
    static Value list(std::initializer_list<Value> entries) { return Value(Value::Array(entries)); }
};

TEST_F(Populate, WritesDirectoriesFilesAndLinks) {
    const Value result = populate(list({
        entry("etc", "dir").set("mode", 0711).set("uid", 5).set("gid", 6),
        entry("etc/passwd", "file").set("content", "root\n").set("mode", 0600).set("uid", 7),
        entry("bin/sh", "link").set("target", "../usr/bin/busybox"),
        entry("usr/bin/tool", "file").set("content", "#!/bin/sh\n").set("mode", 04755),
    }));
    EXPECT_EQ(status_of(tree_ / "etc").st_mode & 07777U, 0711U);
    EXPECT_EQ(status_of(tree_ / "etc").st_gid, 6U);
    EXPECT_EQ(slurp(tree_ / "etc/passwd"), "root\n");
    EXPECT_EQ(status_of(tree_ / "etc/passwd").st_uid, 7U);
    EXPECT_EQ(fs::read_symlink(tree_ / "bin/sh"), "../usr/bin/busybox");
    EXPECT_EQ(status_of(tree_ / "bin").st_mode & 07777U, 0755U);
    EXPECT_EQ(status_of(tree_ / "usr/bin/tool").st_mode & 07777U, 04755U);
    EXPECT_EQ(result["entries"].num(), 4 + 3) << "bin, usr and usr/bin were made on the way";
    EXPECT_EQ(result["bytes"].num(), 15);
}

TEST_F(Populate, TakesContentFromADescriptorMoreThanOnce) {
    spit(other_ / "program", std::string(100000, 'p'));
    const UniqueFd program{::open((other_ / "program").c_str(), O_RDONLY | O_CLOEXEC)};
    (void)populate(list({entry("a", "file").set("source", "program"), entry("b", "file").set("source", "program")}),
                   {{"program", program.get()}});
    EXPECT_EQ(slurp(tree_ / "a"), std::string(100000, 'p'));
    EXPECT_EQ(slurp(tree_ / "b"), std::string(100000, 'p'));
    EXPECT_EQ(status_of(tree_ / "a").st_mode & 07777U, 0644U);
}

TEST_F(Populate, ReplacesWhatStandsThereAndFollowsNothing) {
    fs::create_symlink(outside_ / "precious", tree_ / "link");
    fs::create_symlink(outside_, tree_ / "dir");
    make_fifo(tree_ / "fifo");
    spit(tree_ / "locked", "old");
    set_file_flags(tree_ / "locked", FS_IMMUTABLE_FL);
    (void)populate(list({entry("link", "file").set("content", "new"), entry("dir", "dir"),
                         entry("fifo", "file").set("content", "new"), entry("locked", "link").set("target", "x")}));
    EXPECT_EQ(slurp(outside_ / "precious"), "do not touch");
    EXPECT_EQ(slurp(tree_ / "link"), "new");
    EXPECT_TRUE(S_ISREG(status_of(tree_ / "link").st_mode));
    EXPECT_TRUE(S_ISDIR(status_of(tree_ / "dir").st_mode));
    EXPECT_EQ(slurp(tree_ / "fifo"), "new");
    EXPECT_EQ(fs::read_symlink(tree_ / "locked"), "x");
}

TEST_F(Populate, ALinkOnTheWayIsAnErrorAndNotFollowed) {
    fs::create_symlink(outside_, tree_ / "etc");
    EXPECT_EQ(code_thrown_by([&] { (void)populate(list({entry("etc/precious", "file").set("content", "new")})); }),
              Errc::exists);
    EXPECT_EQ(slurp(outside_ / "precious"), "do not touch");
}

TEST_F(Populate, BadEntriesAreRefused) {
    for (const char* path : {"", "/", "../x", "a/../../x"})
        EXPECT_EQ(code_thrown_by([&] { (void)populate(list({entry(path, "file").set("content", "x")})); }),
                  Errc::invalid)
            << path;
    EXPECT_EQ(code_thrown_by([&] { (void)populate(list({entry("a", "device")})); }), Errc::invalid);
    EXPECT_EQ(code_thrown_by([&] { (void)populate(list({entry("a", "file").set("mode", 0100755)})); }), Errc::invalid);
    EXPECT_EQ(code_thrown_by([&] { (void)populate(list({entry("a", "file").set("source", "missing")})); }),
              Errc::invalid);
}

TEST_F(Populate, ADirectoryUnderTheNameOfWhatIsNotWholeIsNamed) {
    fs::create_directories(tree_ / ".jailctl-new/sub");
    const Error error =
        jailctl::test::error_of([&] { (void)populate(list({entry("file", "file").set("content", "x")})); });
    EXPECT_STREQ(error.what(),
                 "file: a directory stands beside it under the name that a new file has until it is whole");
    EXPECT_EQ(error.hint(), "rename or remove the directory .jailctl-new");
    fs::remove(tree_ / ".jailctl-new/sub");
    (void)populate(list({entry("file", "file").set("content", "x")}));
    EXPECT_EQ(slurp(tree_ / "file"), "x");
}

TEST_F(Populate, ADirectoryWithContentIsNotReplacedByAFile) {
    fs::create_directories(tree_ / "a/b");
    EXPECT_EQ(code_thrown_by([&] { (void)populate(list({entry("a", "file").set("content", "x")})); }), Errc::exists);
}

}  // namespace jailctl::tree::test
