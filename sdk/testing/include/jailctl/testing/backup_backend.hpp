#pragma once

/// Conformance suite of BackupBackend: what every backend must do, whatever it stores into. A backend's test defines a
/// rig and instantiates the suite:
///
/// INSTANTIATE_TEST_SUITE_P(Archive, BackupBackendTest, ::testing::Values(NamedRig{"archive",
/// make_archive_rig}), rig_name);
///
/// Include it in one translation unit. It needs root, and a jailctl installed beside the test (jailctl-tree packs).
#include <gtest/gtest.h>

#include <filesystem>
#include <fcntl.h>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unistd.h>
#include <vector>

#include "jailctl/sdk/services/backup_backend.hpp"
#include "jailctl/testing/fake_host.hpp"
#include "jailctl/testing/scratch.hpp"
#include "jailctl/testing/thrown.hpp"

namespace jailctl::test {

/// What a backend's test provides: the backend, and a host it believes in.
class BackupBackendRig {
public:
    virtual ~BackupBackendRig() = default;
    virtual FakeHost& host() = 0;
    virtual BackupBackend& backend() = 0;
    /// Alters one byte of what is stored under `id`.
    virtual void damage(const std::string& id) = 0;
    /// False for a store that can neither list what a backup holds nor take single files out: it throws unsupported.
    virtual bool looks_inside() const { return true; }
};

struct NamedRig {
    std::string name;
    std::function<std::unique_ptr<BackupBackendRig>()> make;
};
inline std::string rig_name(const ::testing::TestParamInfo<NamedRig>& info) { return info.param.name; }

/// A directory as the tree of a jail, packed by the tree helper as the product does it.
class DirectorySource final : public BackupSource {
public:
    DirectorySource(const Jail& jail, Grade grade)
        : jail_(jail), grade_(grade), directory_(::open(jail.root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {}
    bool fail_midway = false;           ///< write_tar throws after some bytes, directory() at once
    /// Paths reported as changed while read, and written to once the tree was asked for.
    std::vector<std::string> odd;

    const Jail& jail() const override { return jail_; }
    Grade grade() const override { return grade_; }
    int directory() const override {
        if (fail_midway) throw Error(Errc::no_space, "the disk of the test is full");
        for (const auto& path : odd) {
            std::filesystem::create_directories((jail_.root / path).parent_path());
            spit(jail_.root / path, "written while the backup runs");
        }
        return directory_.get();
    }
    std::uint64_t size_estimate() const override { return 1 << 16; }
    const std::vector<std::string>& excludes() const override { return excludes_; }
    Value description() const override {
        return Value::object().set("jail", jail_.name.text()).set("grade", grade_name(grade_)).set("taken", unix_now());
    }
    Value write_tar(int out, std::string_view format) override {
        if (fail_midway) {
            write_all(out, "some bytes of a tar", "the stream");
            throw Error(Errc::no_space, "the disk of the test is full");
        }
        TreeJob job{.action = "pack",
                    .arguments = Value::object().set("format", format).set("description", description()),
                    .root = directory_.get(), .id_base = {}, .read_only = true, .descriptors = {{"out", out}},
                    .on_progress = {}, .on_note = {}};
        Value result = run_tree(job);
        for (const auto& path : odd) {
            Value notes = result["notes"];
            notes.push(Value::object().set("path", path).set("what", "changed while it was read"));
            result.set("notes", std::move(notes)).set("notes_total", static_cast<std::int64_t>(odd.size()));
        }
        return result;
    }

private:
    const Jail& jail_;
    Grade grade_;
    UniqueFd directory_;
    std::vector<std::string> excludes_;
};

class BackupBackendTest : public ::testing::TestWithParam<NamedRig> {
protected:
    void SetUp() override {
        JAILCTL_NEEDS_ROOT();
        jail_ = std::make_unique<Jail>(Jail{JailName("unit.test"), {}, scratch_ / "unit.test", {}, {}});
        std::filesystem::create_directories(jail_->root / "etc");
        spit(jail_->root / "etc/motd", content);
        std::filesystem::create_symlink("motd", jail_->root / "etc/link");
        rig_ = GetParam().make();
        jail_->settings = rig_->host().configuration().settings;
        rig_->host().fake_configuration.jails = {*jail_};
    }
    void TearDown() override { rig_.reset(); }

    StoredBackup store(Grade grade = Grade::cold) {
        DirectorySource source(*jail_, grade);
        return backend().store(host(), source, "");
    }
    BackupBackend& backend() { return rig_->backend(); }
    FakeHost& host() { return rig_->host(); }

    static constexpr const char* content = "the quick brown fox\n";
    Scratch scratch_;
    std::unique_ptr<Jail> jail_;
    std::unique_ptr<BackupBackendRig> rig_;
};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(BackupBackendTest);

TEST_P(BackupBackendTest, WhatIsStoredIsListed) {
    const std::int64_t before = unix_now();
    const auto stored = store(Grade::live);
    EXPECT_TRUE(stored.omissions.empty());
    const auto listed = backend().list(host(), "unit.test", "");
    ASSERT_EQ(listed.size(), 1U);
    EXPECT_EQ(listed[0].id, stored.info.id);
    EXPECT_EQ(listed[0].jail, "unit.test");
    EXPECT_EQ(listed[0].grade, Grade::live);
    EXPECT_GE(listed[0].taken, before);
    EXPECT_LE(listed[0].taken, unix_now());
    EXPECT_GT(listed[0].size, 0U);
    EXPECT_TRUE(listed[0].problem.empty()) << listed[0].problem;
}

TEST_P(BackupBackendTest, AnEmptyStoreListsNothing) {
    EXPECT_TRUE(backend().list(host(), "", "").empty());
}

TEST_P(BackupBackendTest, ListingOneJailLeavesTheOthersOut) {
    (void)store();
    EXPECT_TRUE(backend().list(host(), "other.test", "").empty());
    EXPECT_EQ(backend().list(host(), "", "").size(), 1U);
}

TEST_P(BackupBackendTest, WhatIsRestoredIsTheTree) {
    const auto stored = store();
    const auto target = scratch_ / "out";
    std::filesystem::create_directory(target);
    std::filesystem::permissions(target, std::filesystem::perms::owner_all);
    const UniqueFd root(::open(target.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    const Value restored = backend().restore(host(), stored.info.id, {root.get(), 1879048192, false, {}});
    EXPECT_TRUE(restored["vouched"].truth()) << "this host made it";
    EXPECT_GT(restored["entries"].num(), 0);
    EXPECT_EQ(slurp(target / "etc/motd"), content);
    EXPECT_EQ(std::filesystem::read_symlink(target / "etc/link"), "motd");
    EXPECT_EQ(std::filesystem::status(target).permissions(), std::filesystem::perms::owner_all)
        << "not the archive's to set";
}

TEST_P(BackupBackendTest, ContentsAreListedWithWhatTheyAre) {
    const auto stored = store();
    if (!rig_->looks_inside()) {
        EXPECT_EQ(code_thrown_by([&] { backend().contents(host(), stored.info.id, [](const Value::Array&) {}); }),
                  Errc::unsupported);
        return;
    }
    std::map<std::string, Value> entries;
    backend().contents(host(), stored.info.id, [&](const Value::Array& some) {
        for (const auto& entry : some) entries[entry["path"].str()] = entry;
    });
    ASSERT_TRUE(entries.contains("etc/motd"));
    EXPECT_EQ(entries["etc/motd"]["type"].str(), "file");
    EXPECT_EQ(entries["etc/motd"]["size"].num(), static_cast<std::int64_t>(std::string_view(content).size()));
    EXPECT_EQ(entries["etc"]["type"].str(), "dir");
    EXPECT_EQ(entries["etc/link"]["type"].str(), "link");
    EXPECT_EQ(entries["etc/link"]["target"].str(), "motd");
}

TEST_P(BackupBackendTest, SingleFilesComeOutAndNothingIsOverwritten) {
    const auto stored = store();
    const auto target = scratch_ / "taken";
    std::filesystem::create_directory(target);
    const UniqueFd directory(::open(target.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    BackupExtract wanted{.paths = {"etc/motd"}, .directory = directory.get()};
    if (!rig_->looks_inside()) {
        EXPECT_EQ(code_thrown_by([&] { (void)backend().extract(host(), stored.info.id, wanted); }), Errc::unsupported);
        return;
    }
    (void)backend().extract(host(), stored.info.id, wanted);
    EXPECT_EQ(slurp(target / "etc/motd"), content);
    EXPECT_FALSE(std::filesystem::exists(std::filesystem::symlink_status(target / "etc/link")))
        << "nobody asked for it";
    spit(target / "etc/motd", "mine");
    EXPECT_EQ(code_thrown_by([&] { (void)backend().extract(host(), stored.info.id, wanted); }), Errc::exists);
    EXPECT_EQ(slurp(target / "etc/motd"), "mine");
    wanted.paths = {"etc/link", "nothing/there"};
    EXPECT_EQ(code_thrown_by([&] { (void)backend().extract(host(), stored.info.id, wanted); }), Errc::not_found);
    EXPECT_FALSE(std::filesystem::exists(std::filesystem::symlink_status(target / "etc/link"))) << "all or nothing";
}

TEST_P(BackupBackendTest, AGoodBackupVerifiesAndSaysWhen) {
    const auto stored = store();
    const std::int64_t before = unix_now();
    const auto info = backend().verify(host(), stored.info.id);
    EXPECT_EQ(info.id, stored.info.id);
    EXPECT_GE(info.verified, before);
    EXPECT_GE(backend().list(host(), "unit.test", "").at(0).verified, before);
}

TEST_P(BackupBackendTest, ADamagedBackupIsCalledDamaged) {
    const auto stored = store();
    rig_->damage(stored.info.id);
    EXPECT_EQ(code_thrown_by([&] { (void)backend().verify(host(), stored.info.id); }), Errc::damaged);
}

TEST_P(BackupBackendTest, AnUnknownBackupIsNotFound) {
    (void)store();
    EXPECT_EQ(code_thrown_by([&] { (void)backend().open(host(), (scratch_ / "none.tar.gz").string()); }),
              Errc::not_found);
    EXPECT_EQ(code_thrown_by([&] { (void)backend().verify(host(), (scratch_ / "none.tar.gz").string()); }),
              Errc::not_found);
}

TEST_P(BackupBackendTest, AFailedStoreLeavesNothingToList) {
    DirectorySource source(*jail_, Grade::cold);
    source.fail_midway = true;
    EXPECT_EQ(code_thrown_by([&] { (void)backend().store(host(), source, ""); }), Errc::no_space);
    EXPECT_TRUE(backend().list(host(), "", "").empty());
    EXPECT_NO_THROW((void)store()) << "the next one works";
}

TEST_P(BackupBackendTest, SeveralOfOneSecondAreSeveralOldestFirst) {
    const auto first = store(), second = store(), third = store();
    const auto listed = backend().list(host(), "unit.test", "");
    ASSERT_EQ(listed.size(), 3U);
    EXPECT_LE(listed[0].taken, listed[1].taken);
    EXPECT_LE(listed[1].taken, listed[2].taken);
    EXPECT_NE(first.info.id, second.info.id);
    EXPECT_NE(second.info.id, third.info.id);
}

TEST_P(BackupBackendTest, WhatChangedUnderTheReaderIsNamed) {
    DirectorySource source(*jail_, Grade::live);
    source.odd = {"var/log/messages"};
    const auto stored = backend().store(host(), source, "");
    ASSERT_EQ(stored.omissions.size(), 1U);
    EXPECT_NE(stored.omissions[0].find("var/log/messages"), std::string::npos);
}

TEST_P(BackupBackendTest, WhatIsRemovedIsGoneAndTheOthersAreWhole) {
    const auto first = store(), second = store(), third = store();
    backend().remove(host(), second.info.id);
    const auto listed = backend().list(host(), "unit.test", "");
    ASSERT_EQ(listed.size(), 2U);
    EXPECT_EQ(listed[0].id, first.info.id);
    EXPECT_EQ(listed[1].id, third.info.id);
    EXPECT_EQ(code_thrown_by([&] { (void)backend().open(host(), second.info.id); }), Errc::not_found);
    EXPECT_NO_THROW((void)backend().verify(host(), first.info.id));
    EXPECT_NO_THROW((void)backend().verify(host(), third.info.id));
}

TEST_P(BackupBackendTest, ARemovedOrUnknownBackupIsNotFoundByRemove) {
    const auto stored = store();
    backend().remove(host(), stored.info.id);
    EXPECT_EQ(code_thrown_by([&] { backend().remove(host(), stored.info.id); }), Errc::not_found);
    EXPECT_EQ(code_thrown_by([&] { backend().remove(host(), (scratch_ / "none.tar.gz").string()); }), Errc::not_found);
    EXPECT_TRUE(backend().list(host(), "", "").empty());
    EXPECT_NO_THROW((void)store()) << "the next one works";
}

TEST_P(BackupBackendTest, SeveralAreRemovedAtOnceAndWhatIsNotThereIsGone) {
    const auto first = store(), second = store(), third = store();
    backend().remove(host(), first.info.id);
    std::vector<std::string> gone;
    backend().remove_several(host(), {first.info.id, third.info.id},
                             [&](const std::string& one) { gone.push_back(one); });
    EXPECT_EQ(gone, (std::vector<std::string>{first.info.id, third.info.id}));
    const auto listed = backend().list(host(), "unit.test", "");
    ASSERT_EQ(listed.size(), 1U);
    EXPECT_EQ(listed[0].id, second.info.id);
    EXPECT_NO_THROW((void)backend().verify(host(), second.info.id));
}

TEST_P(BackupBackendTest, OneFileIsWrittenToADescriptor) {
    const auto stored = store();
    if (!rig_->looks_inside()) return;
    const UniqueFd out(::open((scratch_ / "motd").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    BackupExtract wanted{.paths = {"./etc/motd"}};
    wanted.out = out.get();
    (void)backend().extract(host(), stored.info.id, wanted);
    EXPECT_EQ(slurp(scratch_ / "motd"), content);
    wanted.paths = {"etc"};
    EXPECT_EQ(code_thrown_by([&] { (void)backend().extract(host(), stored.info.id, wanted); }), Errc::invalid);
}

TEST_P(BackupBackendTest, ADamagedBackupCanBeRemoved) {
    const auto stored = store();
    rig_->damage(stored.info.id);
    EXPECT_NO_THROW(backend().remove(host(), stored.info.id));
    EXPECT_TRUE(backend().list(host(), "", "").empty());
}

}  // namespace jailctl::test
