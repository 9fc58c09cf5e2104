#include <fcntl.h>
#include <sys/resource.h>

#include "backed_up_site.hpp"

namespace jailctl::test {
namespace {

using ::testing::HasSubstr;

TEST_F(BackedUpSite, AGoodBackupVerifiesByJailAndByFile) {
    ASSERT_EQ(backup().status, 0);
    const Result by_jail = site.jailctl({"verify", "a.test"});
    EXPECT_EQ(by_jail.status, 0) << by_jail.all();
    EXPECT_THAT(by_jail.out, HasSubstr(": good, "));
    EXPECT_EQ(site.jailctl({"verify", only_archive().string()}).status, 0);
}

TEST_F(BackedUpSite, AJailWithoutABackupIsNamed) {
    ASSERT_EQ(backup().status, 0);
    const Result both = site.jailctl({"verify", "a.test", "b.test"});
    EXPECT_EQ(both.status, 3) << both.all();
    EXPECT_THAT(both.out, HasSubstr(": good, "));
    EXPECT_THAT(both.err, HasSubstr("there is no backup of jail b.test"));
    const Result all = site.jailctl({"verify", "all"});
    EXPECT_EQ(all.status, 4) << all.all();
    EXPECT_THAT(all.all(), HasSubstr("there is no backup of jail b.test"));
    EXPECT_EQ(site.jailctl({"verify", "b.test"}).status, 1);
    const std::string lists = "'jailctl backups' lists those there are";
    for (const auto& words :
         {std::vector<std::string>{"verify", "b.test"}, {"protect", "b.test"}, {"extract", "b.test", "etc/passwd"}})
        EXPECT_THAT(site.jailctl(words).err,
                    HasSubstr("there is no backup of jail b.test\nhint: 'jailctl backup b.test' makes one, " + lists));
    EXPECT_THAT(site.jailctl({"verify", "c.test"}).err, HasSubstr("there is no backup of jail c.test\nhint: " + lists));
    EXPECT_THAT(site.jailctl({"restore", "b.test"}).err,
                HasSubstr("hint: name the file or directory, if it is elsewhere"));
}

TEST_F(BackedUpSite, AnArchiveWithoutASlashIsNoJail) {
    for (const auto& words : {std::vector<std::string>{"verify", "out.tar.gz"},
                              {"protect", "out.tar.gz"},
                              {"backups", "out.tar.gz"},
                              {"extract", "out.tar.gz", "etc/passwd"},
                              {"backup", "a.test", "out.tar.gz"}}) {
        const Result refused = site.jailctl(words);
        EXPECT_EQ(refused.status, 2) << refused.all();
        EXPECT_THAT(refused.err, HasSubstr("'out.tar.gz' is no jail, and a path has a '/' in it\n"
                                           "hint: for a file in the current directory write ./out.tar.gz\n"));
    }
    ASSERT_EQ(backup().status, 0);
    EXPECT_THAT(site.jailctl({"extract", "a.test", "etc/passwd", "--to", "out.tar.gz"}).err,
                HasSubstr("hint: --to names a directory"));
    const std::string missing = (site.path() / "none/x.tar.gz").string();
    EXPECT_THAT(site.jailctl({"backup", "a.test", missing}).err,
                HasSubstr("hint: make the directory first ('mkdir -p "));
}

TEST_F(BackedUpSite, EveryFlippedByteIsFound) {
    ASSERT_EQ(backup().status, 0);
    const auto file = only_archive();
    const std::string good = slurp(file);
    for (std::size_t at = 0; at < good.size(); at += 1 + good.size() / 40) {
        flip(file, at);
        const Result verified = site.jailctl({"verify", file.string()});
        EXPECT_EQ(verified.status, 1) << "byte " << at << ": " << verified.all();
        spit(file, good, 0600);
    }
    flip(file, good.size() - 1);
    EXPECT_EQ(site.jailctl({"verify", file.string()}).status, 1);
}

TEST_F(BackedUpSite, EveryTruncationIsFound) {
    ASSERT_EQ(backup().status, 0);
    const auto file = only_archive();
    const std::string good = slurp(file);
    for (std::size_t length = 0; length < good.size(); length += 1 + good.size() / 25) {
        spit(file, good.substr(0, length), 0600);
        EXPECT_EQ(site.jailctl({"verify", file.string()}).status, 1) << "cut to " << length;
    }
    spit(file, good + "x", 0600);
    EXPECT_EQ(site.jailctl({"verify", file.string()}).status, 1) << "a byte too many";
}

TEST_F(BackedUpSite, BackupsAreListedAlsoOfAJailThatIsGone) {
    EXPECT_EQ(site.jailctl({"backups"}).out, "no backups\n");
    ASSERT_EQ(backup().status, 0);
    remove_jail();
    site.configure({"b.test:192.0.2.2"});
    for (const auto& words : {std::vector<std::string>{"backups"}, {"backups", "a.test"}}) {
        const Result listed = site.jailctl(words);
        EXPECT_EQ(listed.status, 0) << listed.all();
        EXPECT_THAT(listed.out, HasSubstr("a.test\n"));
        EXPECT_THAT(listed.out, HasSubstr("  cold  verified "));
    }
    EXPECT_EQ(site.json({"backups"})["backups"].items().size(), 1U);
}

TEST_F(BackedUpSite, AWordThatIsNoJailAndHasNoBackupIsNamed) {
    for (const char* command : {"backups", "expire"}) {
        const Result nobody = site.jailctl({command, "nope"});
        EXPECT_EQ(nobody.status, 2) << nobody.all();
        EXPECT_THAT(nobody.err, HasSubstr("there is neither a jail nope in JAILS nor a backup of one of that name"))
            << command;
        EXPECT_EQ(site.jailctl({command, "a.test"}).status, 0) << "a jail without backups";
    }
    const Result elsewhere = site.jailctl({"backups", "nope", site.path().string() + "/"});
    EXPECT_EQ(elsewhere.status, 2) << elsewhere.all();
}

TEST_F(BackedUpSite, TerabytesOfHolesCostNothing) {
    const auto file = site.root("a.test") / "root/hole";
    spit(file, "begin");
    std::filesystem::resize_file(file, std::uintmax_t{4} << 40);
    ASSERT_EQ(backup().status, 0);
    EXPECT_EQ(site.jailctl({"verify", "a.test"}).status, 0);
    bool listed = false;
    const Value contents = site.json({"backups", "a.test", "--contents"});
    for (const auto& entry : contents["entries"].items())
        listed = listed || (entry["path"].str() == "root/hole" && entry["sparse_sha256"].is_string() &&
                            entry["sha256"].is_null());
    EXPECT_TRUE(listed);
    remove_jail();
    EXPECT_EQ(site.jailctl({"restore", "a.test"}).status, 0);
    EXPECT_EQ(std::filesystem::file_size(file), std::uintmax_t{4} << 40);
}

#ifndef JAILCTL_SANITIZED  // its runtime takes more than we do
TEST_F(BackedUpSite, AFileOfVeryManyHolesTakesBoundedMemory) {
    constexpr off_t count = 70'000, stride = 8192;
    {
        const UniqueFd file(::open((site.root("a.test") / "root/holes").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
        for (off_t i = 0; i < count; ++i) ASSERT_EQ(::pwrite(file.get(), "x", 1, i * stride), 1);
    }
    ASSERT_EQ(backup().status, 0);
    EXPECT_EQ(site.jailctl({"verify", "a.test"}).status, 0);
    rusage used{};
    ASSERT_EQ(::getrusage(RUSAGE_CHILDREN, &used), 0);
    EXPECT_LT(used.ru_maxrss, 96 << 10) << "KiB of the largest process";
}
#endif

}  // namespace
}  // namespace jailctl::test
