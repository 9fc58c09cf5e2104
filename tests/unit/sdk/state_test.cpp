#include "jailctl/sdk/ids.hpp"
#include "jailctl/sdk/state.hpp"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <set>

#include "at_once.hpp"
#include "jailctl/sdk/process.hpp"
#include "jailctl/sdk/shared_ids.hpp"
#include "jailctl/testing/scratch.hpp"
#include "jailctl/testing/thrown.hpp"

namespace jailctl {
namespace {

using test::code_thrown_by;
using test::Scratch;

TEST(StateTest, DocumentsAreFoundAgainAndPrivate) {
    const Scratch scratch;
    const auto state = StateDirectory::lasting(scratch.configuration());
    EXPECT_EQ(state.read("backups", "x"), std::nullopt);
    EXPECT_TRUE(state.list("backups").empty());
    EXPECT_FALSE(std::filesystem::exists(scratch / "state"));  // reading makes nothing
    state.write("backups", "b.example", Value::object().set("format", 1).set("later", "kept"));
    state.write("backups", "a", Value::object().set("format", 1));
    EXPECT_EQ((*state.read("backups", "b.example"))["later"].str(), "kept");
    EXPECT_EQ(state.list("backups"), (std::vector<std::string>{"a", "b.example"}));
    struct stat status {};
    ASSERT_EQ(::stat((scratch / "state/backups/a.json").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0600U);
    ASSERT_EQ(::stat((scratch / "state/backups").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0700U);
    state.remove("backups", "a");
    state.remove("backups", "a");
    EXPECT_EQ(state.list("backups").size(), 1U);
}

TEST(StateTest, UnreadableStateIsReportedAndNeverDeleted) {
    const Scratch scratch;
    const auto state = StateDirectory::running(scratch.configuration());
    scratch.directory("run/jails");
    for (const char* text : {"", "{", "[]", "{\"a\":1,\"a\":2}"}) {
        scratch.write("run/jails/x.json", text);
        EXPECT_EQ(code_thrown_by([&] { (void)state.read("jails", "x"); }), Errc::damaged) << text;
        EXPECT_EQ(scratch.read("run/jails/x.json"), text);
    }
}

TEST(StateTest, RefusesNamesThatLeaveTheFolderAndFoldersOfOthers) {
    const Scratch scratch;
    const auto state = StateDirectory::lasting(scratch.configuration());
    for (const char* name : {"../x", "a/b", ".hidden"}) {
        EXPECT_EQ(code_thrown_by([&] { state.write("jails", name, Value::object()); }), Errc::internal) << name;
    }
    scratch.directory("state", 0777);
    EXPECT_EQ(code_thrown_by([&] { state.write("jails", "x", Value::object()); }), Errc::denied);
}

/// What the host keeps of all its configurations is the test's own here.
class IdRangeTest : public testing::Test {
protected:
    void SetUp() override {
        JAILCTL_NEEDS_ROOT();
        if (::unshare(CLONE_NEWNS) != 0) GTEST_SKIP() << "needs a mount namespace of its own";
        ASSERT_EQ(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
        mount_new("/var/lib");
        mount_new("/run");
    }
    static void mount_new(const char* directory) {
        ASSERT_EQ(::mount("test", directory, "tmpfs", MS_NOSUID | MS_NODEV, "size=1m,mode=0755"), 0) << directory;
    }
    /// STATE_DIRs that the host knows.
    static std::size_t givers() { return StateDirectory::lasting_of_host().list("givers").size(); }
};

TEST_F(IdRangeTest, JailsOfTwoConfigurationsShareNone) {
    const Scratch one, other;
    const JailName jail("a.example");
    const auto first = id_range(one.configuration(), jail);
    mount_new("/run");  // as after a boot
    const auto second = id_range(other.configuration(), jail);
    EXPECT_GE(second, first + ids_per_jail);
    release_ids(one.configuration(), jail);
    EXPECT_EQ(givers(), 1U);
    EXPECT_EQ(id_range(one.configuration(), jail), first);
    release_ids(one.configuration(), jail);
    release_ids(other.configuration(), jail);
    EXPECT_EQ(givers(), 0U);
}

/// Killed between the note and the range, and while the note was written: what undoes the allotment takes both away.
TEST_F(IdRangeTest, NothingStaysOfAnAllotmentThatWasKilled) {
    namespace fs = std::filesystem;
    const Scratch scratch;
    const JailName jail("a.example");
    (void)id_range(scratch.configuration(), jail);
    const fs::path folder = StateDirectory::lasting_of_host().path() / "givers";
    const fs::path note = fs::directory_iterator(folder)->path();
    fs::remove(scratch / "state" / "ids.json");
    fs::copy_file(note, folder / ("." + note.filename().string() + ".new"));
    release_ids(scratch.configuration(), jail);
    EXPECT_TRUE(fs::is_empty(folder));
}

TEST_F(IdRangeTest, OfAConfigurationThatIsGoneAreFreeAgain) {
    const JailName jail("a.example");
    const Scratch scratch;
    {
        const Scratch gone;
        EXPECT_EQ(id_range(gone.configuration(), jail), 1879048192U);
    }
    EXPECT_EQ(id_range(scratch.configuration(), jail), 1879048192U);
    EXPECT_EQ(givers(), 1U);
}

TEST_F(IdRangeTest, OfOneStateDirBySeveralPathsAreOfOneConfiguration) {
    const Scratch scratch, other;
    const JailName jail("a.example");
    std::filesystem::create_directory_symlink(".", scratch / "same");
    const auto first = id_range(scratch.configuration(), jail);
    for (const char* spelling : {"./state/", "state/", "same/state"}) {
        Configuration again = scratch.configuration();
        again.settings.set("STATE_DIR", {(scratch / spelling).string(), {}, true});
        EXPECT_EQ(id_range(again, jail), first);
        EXPECT_TRUE(shared_ids(again).empty()) << spelling;
    }
    EXPECT_EQ(givers(), 2U) << "a slash more is no other path; a link is";
    const std::string given = scratch.read("state/ids.json");
    other.write("state/ids.json", given);
    EXPECT_EQ(shared_ids(other.configuration()).size(), 1U);
}

/// Those that two configurations gave before they knew of each other stay as they are.
TEST_F(IdRangeTest, OfOneThatIsNotKnownYetCountFromItsNextUse) {
    const Scratch one, other;
    const JailName a("a.example"), b("b.example");
    const auto first = id_range(one.configuration(), a);
    mount_new("/var/lib");
    EXPECT_EQ(id_range(other.configuration(), a), first);
    EXPECT_EQ(id_range(one.configuration(), a), first);
    EXPECT_EQ(givers(), 2U);
    EXPECT_EQ(id_range(other.configuration(), b), first + ids_per_jail);
    EXPECT_EQ(id_range(one.configuration(), b), first + 2 * ids_per_jail);
}

TEST_F(IdRangeTest, AreNotGuessedWhereThoseOfAnotherConfigurationCannotBeRead) {
    const Scratch one, other;
    (void)id_range(one.configuration(), JailName("a.example"));
    one.write("state/ids.json", "{");
    const Error error = test::error_of([&] { (void)id_range(other.configuration(), JailName("a.example")); });
    EXPECT_EQ(error.code(), Errc::damaged);
    EXPECT_NE(std::string(error.what()).find((one / "state/ids.json").string()), std::string::npos) << error.what();
}

TEST_F(IdRangeTest, ANoteThatNamesNoStateDirIsNamed) {
    const Scratch scratch;
    const auto host = StateDirectory::lasting_of_host();
    const Value note = Value::object().set("format", 1);
    for (const auto& bad : {note, Value(note).set("state_dir", 7), Value(note).set("state_dir", "state")}) {
        host.write("givers", "1", bad);
        const Error error = test::error_of([&] { (void)id_range(scratch.configuration(), JailName("a.example")); });
        EXPECT_EQ(error.code(), Errc::damaged);
        EXPECT_NE(std::string(error.what()).find((host.path() / "givers/1.json").string()), std::string::npos)
            << error.what();
        EXPECT_NE(error.hint().find("move it away"), std::string::npos);
    }
    host.remove("givers", "1");
    EXPECT_GT(id_range(scratch.configuration(), JailName("a.example")), 0U);
}

TEST_F(IdRangeTest, AreUsedAndReleasedWhereTheHostCanNoteNothing) {
    const Scratch scratch, later;
    const JailName jail("a.example");
    const auto first = id_range(scratch.configuration(), jail);
    const auto remount = [](unsigned long flags) {
        ASSERT_EQ(::mount(nullptr, "/var/lib", nullptr, MS_REMOUNT | MS_NOSUID | MS_NODEV | flags, nullptr), 0);
    };
    remount(MS_RDONLY);
    EXPECT_EQ(code_thrown_by([&] { (void)id_range(later.configuration(), jail); }), Errc::io)
        << "new ones are not given";
    EXPECT_NO_THROW(release_ids(scratch.configuration(), jail));
    EXPECT_EQ(known_id_range(scratch.configuration(), jail), std::nullopt);
    remount(0);
    EXPECT_EQ(givers(), 1U);
    EXPECT_EQ(id_range(later.configuration(), jail), first);
    EXPECT_EQ(givers(), 1U) << "that of the one that has given nothing is forgotten";
    mount_new("/var/lib");
    remount(MS_RDONLY);
    EXPECT_EQ(id_range(later.configuration(), jail), first) << "it has them already";
}

TEST_F(IdRangeTest, EachJailKeepsItsOwnUntilReleased) {
    const Scratch scratch;
    const auto configuration = scratch.configuration();
    const JailName a("a.example"), b("b.example");
    EXPECT_EQ(known_id_range(configuration, a), std::nullopt);
    const auto first = id_range(configuration, a);
    EXPECT_GE(first, 1879048192U);
    EXPECT_EQ(id_range(configuration, JailName("A.Example")), first);
    EXPECT_EQ(known_id_range(configuration, a), first);
    EXPECT_GE(id_range(configuration, b), first + 65536);
    release_ids(configuration, a);
    release_ids(configuration, a);
    EXPECT_EQ(known_id_range(configuration, a), std::nullopt);
    EXPECT_EQ(id_range(configuration, JailName("c")), first);
}

TEST(StateDirectoryTest, NoAlterationIsLost) {
    JAILCTL_NEEDS_ROOT();
    const Scratch scratch;
    const auto state = StateDirectory::lasting(scratch.configuration());
    test::at_once(12, [&](int i) {
        state.alter("backups", "a.test", 1, [&](Value& document) {
            Value list = document["list"];
            document.set("list", list.push(i));
        });
    });
    const Value document = state.read("backups", "a.test").value();
    EXPECT_EQ(document["list"].items().size(), 12U);
    EXPECT_EQ(document["format"].num(), 1);
    state.write("backups", "a.test", Value::object().set("format", 2));
    EXPECT_EQ(code_thrown_by([&] { state.alter("backups", "a.test", 1, [](Value&) {}); }), Errc::unsupported);
}

TEST_F(IdRangeTest, ManyProcessesNeverShareOne) {
    const Scratch scratch;
    const auto configuration = scratch.configuration();
    test::at_once(12, [&](int i) { (void)id_range(configuration, JailName("j" + std::to_string(i))); });
    std::set<std::uint32_t> ranges;
    for (int i = 0; i < 12; ++i)
        ranges.insert(known_id_range(configuration, JailName("j" + std::to_string(i))).value());
    EXPECT_EQ(ranges.size(), 12U);
}

TEST_F(IdRangeTest, ADamagedRecordIsAnError) {
    const Scratch scratch;
    scratch.directory("state");
    for (const char* text : {R"({"format":1,"ranges":{"x":0}})", R"({"format":1,"ranges":{"x":"7"}})",
                             R"({"format":1,"ranges":{"x":4294967294}})"}) {
        scratch.write("state/ids.json", text);
        EXPECT_EQ(code_thrown_by([&] { (void)known_id_range(scratch.configuration(), JailName("x")); }), Errc::damaged)
            << text;
    }
}

TEST(BootTest, IdAndStartTimeNameAProcess) {
    EXPECT_EQ(boot_id().size(), 36U);
    EXPECT_EQ(boot_id(), boot_id());
    EXPECT_GT(process_start_time(::getpid()).value(), 0U);
    EXPECT_EQ(process_start_time(0), std::nullopt);
    const pid_t child = ::fork();
    if (child == 0) ::_exit(0);
    siginfo_t info{};
    ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT), 0);
    EXPECT_EQ(process_start_time(child), std::nullopt);  // a zombie does nothing any more
    ::waitpid(child, nullptr, 0);
}

}  // namespace
}  // namespace jailctl
