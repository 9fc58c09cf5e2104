// BASE=archive: every compression, the checksum, and what a bad archive may do: nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.hpp"

namespace jailctl::test {

using ::testing::HasSubstr;
using ::testing::StartsWith;

namespace {

class ArchiveBase : public OneJail {
protected:
    void SetUp() override {
        JAILCTL_NEEDS_ROOT();
        const auto tree = site_.path() / "tree";
        std::filesystem::create_directories(tree / "bin");
        std::filesystem::create_directories(tree / "etc");
        spit(tree / "etc/passwd", "root:x:0:0::/:/bin/sh\n");
        spit(tree / "etc/shadow", "root:$1$known$toeverybody:1:0:99999:7:::\n", 0640);
        spit(tree / "etc/group", "root:x:0:\nshadow:x:42:\n");
        std::filesystem::copy_file("/bin/busybox", tree / "bin/busybox");
        ASSERT_EQ(::mknod((tree / "bin/null").c_str(), S_IFCHR | 0666, 0x103), 0);
    }
    std::string pack(const std::string& name, const std::vector<std::string>& how) {
        const auto file = site_.path() / name;
        std::vector<std::string> argv{"tar", "-C", (site_.path() / "tree").string(), "-cf", file.string()};
        argv.insert(argv.end(), how.begin(), how.end());
        argv.emplace_back(".");
        EXPECT_EQ(run_command(argv).status, 0);
        return file.string();
    }
    Result create_from(const std::string& word) {
        site_.configure({"a.test:192.0.2.1"}, "BASE='archive:" + word + "'");
        return create();
    }
};

}  // namespace

TEST_F(ArchiveBase, OfAnyCompression) {
    for (const auto& [name, how] : {std::pair<std::string, std::string>{"base.tar", ""}, {"base.tar.gz", "-z"},
                                    {"base.tar.zst", "--zstd"}, {"base.txz", "-J"}, {"base.tbz", "-j"}}) {
        const std::vector<std::string> options = how.empty() ? std::vector<std::string>{} : std::vector{how};
        const Result made = create_from(pack(name, options));
        EXPECT_EQ(made.status, 0) << name << ": " << made.all();
        EXPECT_TRUE(std::filesystem::exists(root_ / "bin/busybox")) << name;
        EXPECT_FALSE(std::filesystem::exists(root_ / "bin/null")) << "a jail has a /dev of its own";
        EXPECT_THAT(made.out, HasSubstr(">>> Left out of the base: 1 entry, devices or attributes")) << name;
        EXPECT_EQ(site_.jailctl({"delete", "a.test", "--yes"}).status, 0);
    }
}

TEST_F(ArchiveBase, APasswordEverybodyKnowsIsLocked) {
    ASSERT_EQ(create_from(pack("base.tar", {})).status, 0);
    EXPECT_THAT(slurp(root_ / "etc/shadow"), StartsWith("root:!:"));
    struct stat found {};
    ASSERT_EQ(::stat((root_ / "etc/shadow").c_str(), &found), 0);
    EXPECT_EQ(found.st_gid, 42U);
    EXPECT_EQ(found.st_mode & 07777U, 0640U);
}

TEST_F(ArchiveBase, AChecksumBesideItIsCompared) {
    const std::string file = pack("base.tar.gz", {"-z"});
    spit(file + ".sha256", run_command({"sha256sum", file}).out);
    Result made = create_from(file);
    EXPECT_EQ(made.status, 0) << made.all();
    EXPECT_EQ(made.err.find("no checksum"), std::string::npos);
    ASSERT_EQ(site_.jailctl({"delete", "a.test", "--yes"}).status, 0);
    spit(file + ".sha256", std::string(64, '0') + "  base.tar.gz\n");
    made = create_from(file);
    EXPECT_EQ(made.status, 1);
    EXPECT_THAT(made.err, HasSubstr("SHA-256"));
    expect_no_jail();
}

TEST_F(ArchiveBase, AChecksumInTheConfigurationIsCompared) {
    const std::string file = pack("base.tar.gz", {"-z"});
    EXPECT_EQ(create_from(file + "#sha256=" + std::string(64, '1')).status, 1);
    expect_no_jail();
    const std::string digest = run_command({"sha256sum", file}).out.substr(0, 64);
    EXPECT_EQ(create_from(file + "#sha256=" + digest).status, 0);
}

TEST_F(ArchiveBase, WithoutAChecksumSaysSo) {
    const Result made = create_from(pack("base.tar", {}));
    EXPECT_EQ(made.status, 0);
    EXPECT_THAT(made.err, HasSubstr("no checksum"));
}

TEST_F(ArchiveBase, ACutOrForeignFileLeavesNoJail) {
    const std::string file = pack("base.tar.gz", {"-z"});
    std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
    EXPECT_EQ(create_from(file).status, 1);
    expect_no_jail();
    for (const auto& [content, why] :
         {std::pair{"this is no archive\n", "the file is no archive"}, {"", "the archive is empty"}}) {
        spit(file, content);
        const Result made = create_from(file);
        EXPECT_EQ(made.status, 1);
        EXPECT_THAT(made.err, HasSubstr(file + ": " + why));
        expect_no_jail();
    }
}

TEST_F(ArchiveBase, ADiskThatFillsUpWhileUnpackingLeavesNoJail) {
    // Zeroes compress a thousandfold, so the estimate is far too small.
    spit(site_.path() / "tree" / "zeroes", std::string(16'000'000, '\0'));
    const std::string file = pack("base.tar.gz", {"-z"});
    site_.configure({"a.test:192.0.2.1"}, "BASE='archive:" + file + "'");
    const std::string home = site_.home().string();
    const std::string script = "mount -t tmpfs -o size=8m,mode=700 none " + home + " && " +
                               (stage() / "bin/jailctl").string() + " --config " + site_.config().string() +
                               " create a.test --batch; status=$?; find " + home + " -mindepth 1; exit $status";
    const Result made = run_command({"unshare", "-m", "--propagation", "private", "/bin/sh", "-c", script});
    EXPECT_EQ(made.status, 1) << made.all();
    EXPECT_THAT(made.err, HasSubstr("No space left"));
    EXPECT_EQ(made.out.find(home), std::string::npos) << made.out;
    expect_no_jail();
}

TEST_F(ArchiveBase, NothingOfItLeavesTheStagingDirectory) {
    std::filesystem::create_directory(site_.path() / "victim");
    const auto file = site_.path() / "hostile.tar";
    const std::string script =
        "import io, tarfile\n"
        "t = tarfile.open('" + file.string() + "', 'w')\n"
        "d = tarfile.TarInfo('etc'); d.type = tarfile.SYMTYPE; d.linkname = '" +
        (site_.path() / "victim").string() + "'\n"
        "t.addfile(d)\n"
        "f = tarfile.TarInfo('etc/passwd'); f.size = 1\n"
        "t.addfile(f, io.BytesIO(b'x'))\n"
        "t.close()\n";
    ASSERT_EQ(run_command({"python3", "-c", script}).status, 0);
    EXPECT_EQ(create_from(file.string()).status, 1);
    EXPECT_TRUE(std::filesystem::is_empty(site_.path() / "victim"));
    expect_no_jail();
}

}  // namespace jailctl::test
