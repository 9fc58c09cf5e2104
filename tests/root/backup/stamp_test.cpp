// What is known of a backup is said of the very file it was found out about, and of no other that bears its name.
#include "backed_up_site.hpp"

namespace jailctl::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
namespace fs = std::filesystem;

class OneFile : public BackedUpSite {
protected:
    std::string listed(const fs::path& directory) const {
        const Result list = site.jailctl({"backups", "a.test", directory.string() + "/"});
        EXPECT_EQ(list.status, 0) << list.all();
        return list.out;
    }
    std::string listed() const { return listed(site.backups()); }
    /// Another file comes to stand under that name, with the times of the one before.
    static void replace(const fs::path& file, const std::string& bytes) {
        const auto beside = file.parent_path() / "beside";
        spit(beside, bytes, 0600);
        ASSERT_EQ(run_command({"touch", "-r", file.string(), beside.string()}).status, 0);
        fs::rename(beside, file);
    }
    fs::path elsewhere() {
        fs::create_directory(site.path() / "elsewhere");
        fs::permissions(site.path() / "elsewhere", fs::perms::owner_all);
        return site.path() / "elsewhere";
    }
};

TEST_F(OneFile, AnotherOneOfItsNameAndSizeIsNotVerifiedBootedOrProtected) {
    ASSERT_EQ(backup({"--protect"}).status, 0);
    ASSERT_EQ(site.jailctl({"verify", "a.test", "--boot"}).status, 0);
    EXPECT_THAT(listed(),
                ::testing::AllOf(HasSubstr("cold  verified "), HasSubstr("  booted "), HasSubstr("  protected")));
    const auto file = only_archive();
    spit(file.parent_path() / "beside", std::string(fs::file_size(file), 'x'), 0600);
    fs::rename(file.parent_path() / "beside", file);
    EXPECT_THAT(listed(),
                ::testing::AllOf(HasSubstr("not verified"), Not(HasSubstr("booted")), Not(HasSubstr("protected"))));
}

TEST_F(OneFile, AnAlteredOneIsNotVerifiedAndStaysProtected) {
    ASSERT_EQ(backup({"--protect"}).status, 0);
    std::string bytes = slurp(only_archive());
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    replace(only_archive(), bytes);
    EXPECT_THAT(listed(), ::testing::AllOf(HasSubstr("cold  not verified"), HasSubstr("  protected")));
    flip(only_archive(), 100);
    EXPECT_THAT(listed(), ::testing::AllOf(HasSubstr("cold  not verified"), HasSubstr("  protected")))
        << "its end marker is the same";
}

TEST_F(OneFile, ACopyIsProvenByReadingIt) {
    ASSERT_EQ(backup({"--protect"}).status, 0);
    const auto copy = elsewhere() / only_archive().filename();
    fs::copy_file(only_archive(), copy);
    EXPECT_THAT(listed(copy.parent_path()),
                ::testing::AllOf(HasSubstr("cold  not verified"), HasSubstr("  protected")));
    ASSERT_EQ(site.jailctl({"verify", copy.string()}).status, 0);
    EXPECT_THAT(listed(copy.parent_path()), ::testing::AllOf(HasSubstr("cold  verified "), HasSubstr("  protected")));
    EXPECT_THAT(listed(), ::testing::AllOf(HasSubstr("cold  verified "), HasSubstr("  protected")))
        << "the original as well";
    fs::remove(only_archive());
    ASSERT_EQ(site.jailctl({"verify", copy.string()}).status, 0);
    EXPECT_THAT(site.jailctl({"status", "--wide"}).out, HasSubstr("cold")) << "the record is the copy's now";
}

TEST_F(OneFile, ARenameKeepsAllThatIsKnown) {
    ASSERT_EQ(backup().status, 0);
    const auto moved = elsewhere() / only_archive().filename();
    fs::rename(only_archive(), moved);
    EXPECT_THAT(listed(moved.parent_path()), HasSubstr("cold  verified "));
}

TEST_F(OneFile, OneThatIsAwayForAWhileIsKnownWhenItIsBack) {
    ASSERT_EQ(backup({"--protect"}).status, 0);
    const auto file = only_archive(), away = elsewhere() / "away";  // as a disk that is not mounted
    fs::rename(file, away);
    ASSERT_EQ(backup({(elsewhere() / "other.tar").string(), "--protect"}).status, 0);
    ASSERT_EQ(site.jailctl({"verify", (elsewhere() / "other.tar").string()}).status, 0);
    fs::rename(away, file);
    EXPECT_THAT(listed(), ::testing::AllOf(HasSubstr("cold  verified "), HasSubstr("  protected")));
    remove_jail();
    EXPECT_THAT(site.jailctl({"restore", "a.test", file.string()}).all(), Not(HasSubstr("unverified")))
        << "its record is there";
}

TEST_F(OneFile, ANameOfTheUsersIsNotTheJails) {
    const auto file = elsewhere() / "b.test.tar.gz";  // b.test is a jail of JAILS
    ASSERT_EQ(backup({file.string()}).status, 0);
    EXPECT_THAT(listed(file.parent_path()),
                ::testing::AllOf(HasSubstr("a.test\n"), HasSubstr("cold  verified "), HasSubstr(file.string())));
    EXPECT_EQ(site.jailctl({"backups", "b.test", file.parent_path().string() + "/"}).out, "no backups\n");
    ASSERT_EQ(site.jailctl({"protect", file.string()}).status, 0);
    ASSERT_EQ(site.jailctl({"verify", file.string()}).status, 0);
    EXPECT_THAT(listed(file.parent_path()), HasSubstr("  protected"));
    EXPECT_FALSE(fs::exists(site.state() / "backups/b.test.json")) << "nothing is noted of a jail it is not of";
    fs::remove_all(site.state() / "backups");
    const Value stranger = site.json({"backups", file.parent_path().string() + "/"})["backups"].items().at(0);
    EXPECT_EQ(stranger["jail"].str(), "a.test") << "as its end marker says";
    EXPECT_TRUE(stranger["verified"].is_null());
    EXPECT_EQ(site.jailctl({"--batch", "restore", "b.test", file.parent_path().string() + "/"}).status, 1);
}

}  // namespace
}  // namespace jailctl::test
