/// `cp`: files into a jail and out of it.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "roots.hpp"

namespace jailctl::test {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

class CpTest : public JailTest {
protected:
    void SetUp() override {
        JailTest::SetUp();
        fs::create_directories(here_ / "tree/deep");
        spit(here_ / "one", "one\n", 0644);
        spit(here_ / "tree/deep/two", "two\n", 0600);
        fs::create_symlink("deep/two", here_ / "tree/link");
        ::chown((here_ / "one").c_str(), 1000, 1000);
    }
    Result cp(const std::string& from, const std::string& to, std::vector<std::string> more = {}) const {
        more.insert(more.begin(), "cp");
        more.push_back(from);
        more.push_back(to);
        return site.jailctl(more);
    }
    [[nodiscard]] std::string host(const std::string& path) const { return (here_ / path).string(); }
    fs::path here_ = site.path() / "here";
};

TEST_F(CpTest, AFileGoesIntoAStoppedJailAndARunningOne) {
    EXPECT_EQ(cp(host("one"), "a.test:/root/one").out, host("one") + ": 4 B to a.test:/root/one\n");
    EXPECT_EQ(slurp(site.root("a.test") / "root/one"), "one\n");
    ASSERT_EQ(start().status, 0);
    EXPECT_EQ(inside("cat /root/one; stat -c '%u %a' /root/one").out, "one\n0 644\n");
    ASSERT_EQ(cp(host("one"), "a.test:/etc/").status, 0) << "into a directory";
    EXPECT_EQ(inside("cat /etc/one").out, "one\n");
    spit(here_ / "one", "changed\n", 0755);
    ASSERT_EQ(cp(host("one"), "a.test:/etc/one").status, 0) << "over a file";
    EXPECT_EQ(inside("cat /etc/one; stat -c '%u %a' /etc/one").out, "changed\n0 755\n");
    ASSERT_EQ(cp(host("one"), "a.test:/etc/mine", {"-a"}).status, 0);
    EXPECT_EQ(inside("stat -c '%u' /etc/mine").out, "1000\n");
}

TEST_F(CpTest, AnOwnerTheJailHasNoNumberForIsNobodyAndTold) {
    const auto root = site.root("a.test") / "root";
    for (const char* name : {"tree/far", "tree/nobodys", "tree/near"}) spit(here_ / name, "x", 0644);
    ASSERT_EQ(::chown(host("tree/far").c_str(), 100000, 7), 0);
    ASSERT_EQ(::chown(host("tree/nobodys").c_str(), 65534, 65534), 0);
    ASSERT_EQ(::chown(host("tree/near").c_str(), 7, 8), 0);
    ASSERT_EQ(::lchown(host("tree/link").c_str(), 7, 100000), 0);
    const Value tree = site.json({"cp", "-a", host("tree"), "a.test:/root"});
    EXPECT_EQ(tree["status"].num(), 4);
    EXPECT_EQ(tree["omissions"].items().size(), 2U) << to_json(tree);
    EXPECT_THAT(to_json(tree),
                testing::AllOf(HasSubstr("\"message\":\"far: its owner or group has no number in the jail"),
                               HasSubstr("\"message\":\"link: its owner or group has no number in the jail")));
    const Result file = cp(host("tree/far"), "a.test:/root/", {"-a"});
    EXPECT_EQ(file.status, 4) << file.all();
    EXPECT_THAT(file.err, HasSubstr("far: its owner or group has no number in the jail"));
    ASSERT_EQ(start().status, 0);
    EXPECT_EQ(inside("cd /root; stat -c %u:%g far tree/far tree/nobodys tree/near tree/link").out,
              "65534:7\n65534:7\n65534:65534\n7:8\n7:65534\n");
    EXPECT_EQ(cp(host("tree"), "a.test:/root/mine").status, 0) << "all of it is root's";
}

/// As the next command of any kind does: before that nothing stands in its place.
TEST_F(CpTest, AJailWhoseDeleteWasKilledComesBackFirst) {
    const fs::path root = site.root("a.test");
    int back = 0;
    for (int point = 1; killed_at(point, site, {"delete", "a.test", "--yes"}); ++point) {
        const bool was_away = !fs::exists(root);
        const Result result = cp(host("one"), "a.test:/root/");
        EXPECT_EQ(result.status, fs::exists(root) ? 0 : 1) << "killed at " << point << ": " << result.all();
        if (was_away && result.status == 0) ++back;
        if (!fs::exists(root)) make_busybox_root(root);
    }
    EXPECT_GT(back, 0) << "it was never killed between";
    make_busybox_root(root);
}

/// Such a file system refuses to remove what is not there, too.
TEST_F(CpTest, OnAReadOnlyFileSystemNothingIsLeftToUndo) {
    const std::string root = site.root("a.test").string(),
                      jailctl = (stage() / "bin/jailctl").string() + " --config " + site.config().string();
    for (const char* what : {"one", "tree"}) {
        const Result result = run_command({"unshare", "-m", "sh", "-c",
                                           "mount --bind " + root + " " + root + " && mount -o remount,ro,bind " +
                                               root + " && " + jailctl + " cp " + host(what) + " a.test:/root/"});
        EXPECT_EQ(result.status, 1) << what;
        EXPECT_THAT(result.err, HasSubstr("Read-only file system")) << what;
        EXPECT_THAT(result.err, testing::Not(HasSubstr("undoing"))) << what;
        EXPECT_THAT(site.leftovers(), testing::IsEmpty()) << what;
    }
}

/// ramfs is one that cannot; a kernel where it can takes the directory.
TEST_F(CpTest, ASourceOnAFileSystemThatCannotMapIdsIsNamedAsWhatItIs) {
    const std::string command = "mount -t ramfs none " + host("tree") + " && mkdir " + host("tree/d") + " && " +
                                (stage() / "bin/jailctl").string() + " --config " + site.config().string() + " cp " +
                                host("tree/d") + " a.test:/root/";
    const Result result = run_command({"unshare", "-m", "sh", "-c", command});
    if (result.status == 0) return;
    EXPECT_THAT(result.err, HasSubstr("the directory to copy from is on a file system that cannot map ids"));
    EXPECT_THAT(result.err, HasSubstr("tar -C DIR -c . | jailctl exec JAIL -- tar"));
    EXPECT_THAT(left_behind(), testing::IsEmpty());
}

TEST_F(CpTest, ADirectoryGoesInWithAllItHolds) {
    ASSERT_EQ(start().status, 0);
    const Value document = site.json({"cp", "-r", host("tree"), "a.test:/root"});
    EXPECT_TRUE(document["ok"].truth());
    EXPECT_GE(document["copied"]["entries"].num(), 3);
    EXPECT_EQ(inside("cat /root/tree/link; readlink /root/tree/link; stat -c %a /root/tree/deep/two").out,
              "two\ndeep/two\n600\n");
}

/// Files of /proc say no size, those of /sys one page.
TEST_F(CpTest, FilesThatDoNotTellTheirSizeGoInWhole) {
    for (const char* from : {"/proc/version", "/sys/kernel/mm/transparent_hugepage/enabled"}) {
        if (!fs::exists(from)) continue;
        const Result result = cp(from, "a.test:/root/copy");
        EXPECT_EQ(result.status, 0) << result.all();
        EXPECT_EQ(slurp(site.root("a.test") / "root/copy"), slurp(from));
        EXPECT_THAT(result.out, HasSubstr(": " + std::to_string(slurp(from).size()) + " B to ")) << from;
    }
    spit(here_ / "empty", "", 0644);
    ASSERT_EQ(cp(host("empty"), "a.test:/root/copy").status, 0);
    EXPECT_EQ(fs::file_size(site.root("a.test") / "root/copy"), 0U);
}

/// As with cp(1): a slash at the end changes nothing, a dot at the end means what is in it.
TEST_F(CpTest, ADirectoryHasItsNameHoweverItIsWritten) {
    const auto target = site.root("a.test") / "root";
    for (const char* written : {"tree/", "tree//", "tree/deep/..", "tree/deep/../"}) {
        ASSERT_EQ(cp(host(written), "a.test:/root").status, 0) << written;
        EXPECT_EQ(slurp(target / "tree/deep/two"), "two\n") << written;
        fs::remove_all(target / "tree");
        EXPECT_TRUE(fs::is_empty(target)) << written;
    }
    for (const char* written : {"tree/.", "tree/./"}) {
        EXPECT_EQ(cp(host(written), "a.test:/root/").out, host(written) + ": 4 B to a.test:/root\n");
        EXPECT_EQ(slurp(target / "deep/two"), "two\n") << written;
    }
    ASSERT_EQ(cp(host("tree/"), "a.test:/root/new").status, 0);
    EXPECT_EQ(slurp(target / "new/deep/two"), "two\n");
}

/// The four characters of an escaped byte are part of a name: systemd has such files.
TEST_F(CpTest, NamesWithBackslashesKeepThem) {
    const std::string name = "mnt-my\\x2ddata.mount", odd = "b\xff\\x2fc";
    spit(here_ / name, "unit\n", 0644);
    fs::create_directories(site.root("a.test") / "root/a\\x41");
    ASSERT_EQ(cp(host(name), "a.test:/root/").status, 0);
    ASSERT_EQ(cp(host(name), "a.test:/root/a\\x41/" + odd).status, 0);
    ASSERT_EQ(cp(host("tree"), "a.test:/root/a\\x41/d\\x41").status, 0);
    EXPECT_EQ(slurp(site.root("a.test") / "root" / name), "unit\n");
    EXPECT_EQ(slurp(site.root("a.test") / "root/a\\x41" / odd), "unit\n");
    EXPECT_EQ(slurp(site.root("a.test") / "root/a\\x41/d\\x41/deep/two"), "two\n");
    EXPECT_EQ(std::distance(fs::directory_iterator(site.root("a.test") / "root"), {}), 2);
    EXPECT_FALSE(fs::exists(site.root("a.test") / "root/aA"));
}

/// Also into a directory that stands there: what cannot be made must not end the copy halfway.
TEST_F(CpTest, DevicesAndSocketsStayBehindAndAreTold) {
    ASSERT_EQ(::mknod((here_ / "tree/a-device").c_str(), S_IFCHR | 0600, makedev(1, 3)), 0);
    ASSERT_EQ(::mknod((here_ / "tree/a-socket").c_str(), S_IFSOCK | 0600, 0), 0);
    fs::create_directory(site.root("a.test") / "root/tree");
    for (const int round : {1, 2}) {
        const Value in = site.json({"cp", host("tree"), "a.test:/root"});
        EXPECT_EQ(in["status"].num(), 4) << round;
        ASSERT_EQ(in["omissions"].items().size(), 1U) << to_json(in);
        EXPECT_EQ(in["omissions"].items()[0]["message"].str(), "a-device: is a device, which is not made in a jail");
        EXPECT_EQ(in["copied"]["sockets"].num(), 1);
        EXPECT_EQ(slurp(site.root("a.test") / "root/tree/deep/two"), "two\n");
        EXPECT_FALSE(fs::exists(site.root("a.test") / "root/tree/a-device"));
        fs::remove_all(site.root("a.test") / "root/tree");
    }
    ASSERT_EQ(::mknod((site.root("a.test") / "etc/a-socket").c_str(), S_IFSOCK | 0600, 0), 0);
    const Result out = cp("a.test:/etc", host("etc"));
    EXPECT_EQ(out.status, 0) << out.all();
    EXPECT_THAT(out.out, testing::EndsWith(" to " + host("etc") + ", without 1 socket\n"));
}

TEST_F(CpTest, LinksOnTheWayAreFollowedInsideTheJailOnly) {
    fs::create_directory_symlink("/etc", site.root("a.test") / "short");
    ASSERT_EQ(cp(host("one"), "a.test:/short/one").status, 0);
    EXPECT_EQ(slurp(site.root("a.test") / "etc/one"), "one\n");
    EXPECT_FALSE(fs::exists("/etc/one"));
    fs::create_symlink("../../../../../../../../" + host("one"), site.root("a.test") / "root/out");
    EXPECT_NE(cp("a.test:/root/out", host("copy")).status, 0) << "it leads nowhere inside";
    fs::create_directory_symlink(here_.string(), site.root("a.test") / "root/away");
    EXPECT_NE(cp(host("one"), "a.test:/root/away/one").status, 0);
    ASSERT_EQ(cp(host("one"), "a.test:/root/out").status, 0);
    EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(site.root("a.test") / "root/out"))) << "the link is replaced";
}

/// Its links lead wherever it likes on the host.
TEST_F(CpTest, APathOfTheHostLeadsThroughNoRootOfAJail) {
    const fs::path root = site.root("a.test");
    fs::create_symlink(here_ / "one", root / "root/file");
    fs::create_directory_symlink(here_ / "tree", root / "root/directory");
    const Result in = cp((root / "root/file").string(), "a.test:/etc/");
    EXPECT_EQ(in.status, 1);
    EXPECT_THAT(in.err, HasSubstr("lies in the root of jail a.test"));
    EXPECT_FALSE(fs::exists(root / "etc/file"));
    const Result out = cp("a.test:/etc/passwd", (root / "root/directory").string());
    EXPECT_EQ(out.status, 1);
    EXPECT_THAT(out.err, HasSubstr("lies in the root of jail a.test"));
    EXPECT_FALSE(fs::exists(here_ / "tree/passwd"));
    fs::create_directory_symlink(root / "root", here_ / "into");
    EXPECT_EQ(cp(host("into/file"), "a.test:/etc/").status, 1) << "by way of a link of the host's";
    EXPECT_EQ(cp("a.test:/etc/passwd", host("into/directory")).status, 1);
    EXPECT_FALSE(fs::exists(root / "etc/file"));
    EXPECT_FALSE(fs::exists(here_ / "tree/passwd"));
}

TEST_F(CpTest, FilesComeOutWithoutWhatCouldHarmTheHost) {
    ASSERT_EQ(start().status, 0);
    ASSERT_EQ(inside("mkdir -p /root/d/e; echo x >/root/d/e/f; cp /bin/busybox /root/d/suid; chmod 4755 /root/d/suid;"
                     "mkfifo /root/d/pipe; chmod 4755 /root/d/suid; echo out >/root/o; chmod 6711 /root/o").status, 0);
    EXPECT_EQ(cp("a.test:/root/o", host("o")).out, "a.test:/root/o: 4 B to " + host("o") + "\n");
    struct stat info {};
    ASSERT_EQ(::stat(host("o").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 07777U, 0711U);
    EXPECT_EQ(slurp(host("o")), "out\n");
    const Result tree = cp("a.test:/root/d", host(""));
    EXPECT_EQ(tree.status, 4) << tree.all();
    EXPECT_THAT(tree.err, HasSubstr("suid"));
    EXPECT_EQ(slurp(host("d/e/f")), "x\n");
    ASSERT_EQ(::stat(host("d/suid").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 06000U, 0U);
    EXPECT_EQ(cp("a.test:/root/d", host("")).status, 1) << "the name is taken";
}

TEST_F(CpTest, ADashIsStandardInputAndOutput) {
    std::string much(3'000'000, 'x');
    much += std::string("\0\x1b\n", 3);
    const Result in = site.jailctl({"cp", "-", "a.test:/root/from-stdin"}, {.input = much});
    EXPECT_EQ(in.out, "standard input: 3.1 MB to a.test:/root/from-stdin\n") << in.err;
    struct stat info {};
    ASSERT_EQ(::stat((site.root("a.test") / "root/from-stdin").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 07777U, 0644U);
    const Result out = cp("a.test:/root/from-stdin", "-");
    EXPECT_EQ(out.status, 0);
    EXPECT_EQ(out.err, "");
    EXPECT_TRUE(out.out == much) << out.out.size();
    EXPECT_THAT(cp("a.test:/root", "-").err, HasSubstr("only one file can be written to standard output"));
    EXPECT_THAT(cp("-", "a.test:/root").err, HasSubstr("hint: name the file: a.test:/root/NAME"));
    EXPECT_EQ(cp("-", "-").status, 2);
    EXPECT_EQ(site.jailctl({"cp", "a.test:/root/from-stdin", "-", "--json"}).status, 2)
        << "both would go to standard output";
    EXPECT_THAT(left_behind(), testing::IsEmpty());
}

TEST_F(CpTest, WhatCannotBeIsRefusedInOneSentence) {
    for (const auto& [from, to, what] : std::vector<std::array<std::string, 3>>{
             {host("nothing"), "a.test:/root", "cannot open " + host("nothing") + " of this host: No such file"},
             {host("one"), host("two"), "neither"},
             {"a.test:/etc", "a.test:/root", "one side"},
             {host("one"), "b.test:/root", "no jail 'b.test'"},
             {host("one"), "a.test:/no/where/one", "there is no directory /no/where in a.test"},
             {host("one"), "a.test:/no/", "there is no directory /no in a.test"},
             {host("one"), "a.test:/../one", "'..'"},
             {host("one"), "a.test:/run/one", "-- tee /run/one <FILE"},
             {"a.test:/proc/1/environ", host("e"), "-- cat /proc/1/environ"},
             {"a.test:/root/nothing", host("e"), "there is no /root/nothing in the jail"},
             {"a.test:/etc/passwd", host("no/where"), "cannot open the directory"},
             {"a.test:/etc/passwd", host(std::string(300, 'n')), "cannot look at " + host("nn")},
             {"a.test:/etc", host(std::string(300, 'n')), "File name too long"},
             {host(std::string(300, 'n')), "a.test:/root", "File name too long"},
             {host("one"), "a.test:/root/" + std::string(300, 'n'), "File name too long"},
             {host("one"), "a.test:/root/.jailctl-new", ".jailctl-new is no name for a copy"},
             {host("tree"), "a.test:/root/.jailctl-copy", ".jailctl-copy is no name for a copy"},
             {"a.test:/etc", host(".jailctl-extract-x"), ".jailctl-extract-x is no name for a copy"},
             {"", "a.test:/root/", "'' is nothing to copy"},
             {"a.test:/etc/passwd", "", "'' is no place to copy to"},
             {"/dev/null", "a.test:/root/", "neither a file nor a directory"}}) {
        const Result result = cp(from, to);
        EXPECT_NE(result.status, 0) << from << " " << to;
        EXPECT_THAT(result.err, HasSubstr(what)) << from << " " << to;
        EXPECT_THAT(result.err, testing::Not(HasSubstr("plugin '"))) << from << " " << to;
    }
    EXPECT_EQ(site.jailctl({"cp", host("one")}).status, 2);
    EXPECT_EQ(cp(host("one"), "a.test:/root/dry", {"--dry-run"}).status, 0);
    EXPECT_FALSE(fs::exists(site.root("a.test") / "root/dry"));
    EXPECT_THAT(left_behind(), testing::IsEmpty());
}

}  // namespace
}  // namespace jailctl::test
