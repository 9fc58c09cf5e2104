#include <chrono>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include "roots.hpp"

namespace jailctl::test {
namespace fs = std::filesystem;
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

/// Roots whose content is made to mislead: start, exec and shell refuse or are unmoved, and nothing outside changes.
class ContentTest : public JailTest {
protected:
    void SetUp() override {
        JailTest::SetUp();
        fs::create_directory(site.path() / "outside");
        spit(site.path() / "outside/file", "untouched");
    }
    void expect_refused(const std::string& name) const {
        const Result result = start();
        EXPECT_EQ(result.status, 1) << name << "\n" << result.all();
        EXPECT_THAT(result.err, HasSubstr("/" + name + " of the jail is not a plain directory"));
        EXPECT_EQ(mark(), ' ');
        EXPECT_THAT(left_behind(), IsEmpty());
    }
};

TEST_F(ContentTest, MountPointsThatAreLinksOrFilesAreRefused) {
    const auto root = site.root("a.test");
    for (const char* name : {"proc", "sys", "dev", "tmp", "run"}) {
        fs::remove_all(root / name);
        fs::create_directory_symlink(site.path() / "outside", root / name);
        expect_refused(name);
        fs::remove(root / name);
        fs::create_directory_symlink("/etc", root / name);
        expect_refused(name);
        fs::remove(root / name);
        spit(root / name, "a file");
        expect_refused(name);
        fs::remove(root / name);
        ::mkfifo((root / name).c_str(), 0600);
        expect_refused(name);
        fs::remove(root / name);
        fs::create_directory(root / name);
    }
    EXPECT_EQ(slurp(site.path() / "outside/file"), "untouched");
    EXPECT_EQ(start().status, 0);
}

TEST_F(ContentTest, MissingMountPointsAreMade) {
    for (const char* name : {"proc", "sys", "dev"}) fs::remove_all(site.root("a.test") / name);
    EXPECT_EQ(start().status, 0);
    EXPECT_EQ(inside("ls -d /proc/self /sys/class /dev/null | wc -l").out, "3\n");
}

TEST_F(ContentTest, AnInitThatLeadsOutOfTheRootIsNotFollowed) {
    spit(site.path() / "outside/init", "#!/bin/sh\ntouch " + (site.path() / "outside/ran").string() + "\n", 0755);
    fs::create_symlink(site.path() / "outside/init", site.root("a.test") / "sbin/init");
    const Result result = start();
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, HasSubstr("cannot run /sbin/init"));
    EXPECT_FALSE(fs::exists(site.path() / "outside/ran"));
    EXPECT_THAT(left_behind(), IsEmpty());
}

TEST_F(ContentTest, ARootThatIsALinkIsRefused) {
    fs::rename(site.root("a.test"), site.home() / "real");
    fs::create_directory_symlink("real", site.root("a.test"));
    EXPECT_EQ(start().status, 1);
    EXPECT_EQ(mark(), '?');
    fs::remove(site.root("a.test"));
    fs::rename(site.home() / "real", site.root("a.test"));
}

TEST_F(ContentTest, AParentThatOthersMayEnterIsRefusedWithTheChmod) {
    ::chmod(site.home().c_str(), 0755);
    const Result result = start();
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, HasSubstr("chmod"));
    ::chmod(site.home().c_str(), 0700);
}

TEST_F(ContentTest, APasswdThatIsAFifoDoesNotHang) {
    const auto passwd = site.root("a.test") / "etc/passwd";
    fs::remove(passwd);
    ::mkfifo(passwd.c_str(), 0644);
    ASSERT_EQ(start().status, 0);
    RunOptions options;
    options.limit = std::chrono::seconds(20);
    const Result result = site.jailctl({"shell", "a.test"}, options);
    EXPECT_EQ(result.status, 0) << "it is to be mended from there: " << result.all();
    EXPECT_THAT(result.err, HasSubstr("warning: the jail's passwd is not read, root gets /bin/sh: etc/passwd"));
}

TEST_F(ContentTest, APasswdThatIsHugeOrLeadsOutsideIsNoDanger) {
    const auto passwd = site.root("a.test") / "etc/passwd";
    ASSERT_EQ(start().status, 0);
    RunOptions options;
    options.input = "echo in; exit 0\n";
    fs::remove(passwd);
    spit(passwd, "");
    fs::resize_file(passwd, 3U << 30U);
    const Result unread = site.jailctl({"shell", "a.test"}, options);
    EXPECT_EQ(unread.out, "in\n");
    EXPECT_THAT(unread.err, HasSubstr("warning: the jail's passwd is not read"));
    fs::remove(passwd);
    spit(site.path() / "outside/passwd", "root:x:0:0::/:/bin/no-such-shell\n");
    fs::create_symlink(site.path() / "outside/passwd", passwd);
    EXPECT_EQ(site.jailctl({"shell", "a.test"}, options).out, "in\n") << "/bin/sh, as if there were none";
}

TEST_F(ContentTest, AShellFieldThatIsNonsenseIsJustNotFound) {
    spit(site.root("a.test") / "etc/passwd", "root:x:0:0:root:/root:/bin/\x1b[31mred\n");
    ASSERT_EQ(start().status, 0);
    const Result result = site.jailctl({"shell", "a.test"});
    EXPECT_EQ(result.status, 127);
    EXPECT_EQ(result.err.find('\x1b'), std::string::npos) << "control bytes are escaped";
}

TEST_F(ContentTest, DevicesOnDiskDoNotWork) {
    ASSERT_EQ(run_command({"mknod", (site.root("a.test") / "root/mem").string(), "c", "1", "5"}).status, 0);
    ASSERT_EQ(start().status, 0);
    EXPECT_NE(inside("head -c 1 /root/mem").status, 0) << "nodev";
}

TEST_F(ContentTest, DevPtsReplacedInsideCannotBendATerminal) {
    ASSERT_EQ(start().status, 0);
    EXPECT_NE(inside("rm -rf /dev/pts; test -e /dev/pts/ptmx").status, 1) << "a mount point cannot be removed";
    ASSERT_EQ(inside("rm /dev/ptmx /dev/null; mkfifo /dev/ptmx /dev/null").status, 0);
    RunOptions options;
    options.limit = std::chrono::seconds(20);
    EXPECT_EQ(site.jailctl({"exec", "a.test", "--", "true"}, options).status, 0);
}

}  // namespace
}  // namespace jailctl::test
