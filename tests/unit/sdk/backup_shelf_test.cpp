#include "jailctl/sdk/backup_shelf.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "jailctl/sdk/files.hpp"
#include "jailctl/testing/scratch.hpp"
#include "jailctl/testing/thrown.hpp"

namespace jailctl::test {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class NoSource final : public BackupSource {
public:
    explicit NoSource(const std::string& name) : jail_{JailName(name), {}, "/nowhere", {}, {}} {}
    const Jail& jail() const override { return jail_; }
    Grade grade() const override { return Grade::cold; }
    int directory() const override { return -1; }
    std::uint64_t size_estimate() const override { return 0; }
    const std::vector<std::string>& excludes() const override { return excludes_; }
    Value description() const override { return {}; }
    Value write_tar(int, std::string_view) override { return {}; }

private:
    Jail jail_;
    std::vector<std::string> excludes_;
};

class Shelf : public ::testing::Test {
protected:
    void SetUp() override {
        if (::geteuid() != 0) GTEST_SKIP() << "directories of backups are root's";
    }
    std::string begin(const std::string& jail) { return BackupShelf(path).begin(NoSource(jail)).id; }
    /// A backup as a backend makes it: begun, written, described.
    BackupInfo made(const std::string& jail) {
        const BackupShelf shelf(path);
        BackupInfo info = shelf.begin(NoSource(jail));
        spit(info.id + ".tar", "content");
        shelf.put(info, "digest of " + jail);
        return info;
    }
    std::vector<std::string> files() const {
        std::vector<std::string> names;
        if (fs::exists(path))
            for (const auto& entry : fs::directory_iterator(path)) names.push_back(entry.path().filename().string());
        return names;
    }
    Scratch scratch;
    fs::path path = scratch / "shelf";
};

TEST_F(Shelf, WhatIsNotThereYetIsEmptyAndStaysSo) {
    EXPECT_THAT(BackupShelf(path).list(""), IsEmpty());
    EXPECT_FALSE(fs::exists(path)) << "looking makes nothing";
    EXPECT_EQ(code_thrown_by([&] { (void)BackupShelf(path).find((path / "x").string()); }), Errc::not_found);
}

TEST_F(Shelf, ABackupIsThereFromItsDescriptionToItsRemoval) {
    const std::string id = begin("a.test");
    EXPECT_THAT(BackupShelf(path).list(""), IsEmpty()) << "begun is not there";
    EXPECT_EQ(code_thrown_by([&] { (void)BackupShelf(path).find(id); }), Errc::not_found);
    const BackupInfo info = made("a.test");
    EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_all);
    EXPECT_EQ(BackupShelf(path).find(info.id).sha256, "digest of a.test");
    EXPECT_EQ(BackupShelf(path).list("a.test").at(0).id, info.id);
    EXPECT_THAT(BackupShelf(path).list("b.test"), IsEmpty());
    BackupShelf(path).remove(info.id);
    EXPECT_THAT(files(), IsEmpty());
    EXPECT_EQ(code_thrown_by([&] { BackupShelf(path).remove(info.id); }), Errc::not_found);
}

TEST_F(Shelf, WhatAKillLeftIsRemovedByTheNextOfThatJailAlone) {
    const std::string mine = begin("a.test"), theirs = begin("b.test");
    for (const auto& id : {mine, theirs}) spit(id + ".tar", "half");
    spit(path / ("." + BackupShelf::name_of(mine) + ".tar.partial"), "half");
    const std::string next = begin("a.test");
    EXPECT_FALSE(fs::exists(mine + ".tar"));
    EXPECT_FALSE(fs::exists(path / ("." + BackupShelf::name_of(mine) + ".tar.partial")));
    EXPECT_TRUE(fs::exists(theirs + ".tar")) << "its jail's lock is somebody else's";
    // A removal that was cut short: marked, its files still there.
    const BackupInfo whole = made("c.test");
    spit(whole.id + ".json", "{\"jail\": \"c.test\", \"pending\": true}", 0600);
    EXPECT_THAT(BackupShelf(path).list("c.test"), IsEmpty());
    (void)begin("c.test");
    EXPECT_FALSE(fs::exists(whole.id + ".tar"));
}

TEST_F(Shelf, OfOneSecondTheLaterIsTheYoungerAlsoWhenAnEarlierOneWent) {
    const auto first = made("a.test"), second = made("a.test");
    BackupShelf(path).remove(first.id);
    const auto third = made("a.test");
    const auto listed = BackupShelf(path).list("a.test");
    ASSERT_EQ(listed.size(), 2U);
    EXPECT_EQ(listed[0].id, second.id);
    EXPECT_EQ(listed[1].id, third.id);
}

TEST_F(Shelf, AnUnreadableDescriptionIsAProblemOfThatBackupAlone) {
    const auto bad = made("a.test"), good = made("a.test");
    spit(bad.id + ".json", "{\"jail\"", 0600);
    const auto listed = BackupShelf(path).list("a.test");
    ASSERT_EQ(listed.size(), 2U);
    EXPECT_THAT(listed[0].problem, HasSubstr("the description of "));
    EXPECT_EQ(listed[1].problem, "");
    EXPECT_EQ(code_thrown_by([&] { (void)BackupShelf(path).find(bad.id); }), Errc::damaged);
    (void)made("a.test");
    BackupShelf(path).remove(bad.id);
    EXPECT_FALSE(fs::exists(bad.id + ".tar"));
    EXPECT_EQ(BackupShelf(path).list("a.test").size(), 2U);
}

TEST_F(Shelf, APlaceOfOthersIsRefusedAndAnIdOfElsewhereIsNotFound) {
    const auto info = made("a.test");
    fs::create_directory(scratch / "other");
    EXPECT_EQ(code_thrown_by(
                  [&] { (void)BackupShelf(path).find((scratch / "other" / BackupShelf::name_of(info.id)).string()); }),
              Errc::not_found);
    fs::permissions(path, fs::perms::all);
    EXPECT_EQ(code_thrown_by([&] { BackupShelf shelf(path); }), Errc::denied);
}

}  // namespace
}  // namespace jailctl::test
