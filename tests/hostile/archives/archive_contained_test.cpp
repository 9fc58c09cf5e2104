#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include "unpacking.hpp"

namespace jailctl::test {
namespace {

struct stat status_of(const fs::path& path) {
    struct stat status{};
    EXPECT_EQ(::lstat(path.c_str(), &status), 0) << path;
    return status;
}

TEST_F(Unpacking, ALeadingSlashIsStripped) {
    unpack(TarBuilder().add({.name = "/etc/passwd", .content = "inside"}).finish());
    EXPECT_EQ(slurp(staging_ / "etc/passwd"), "inside");
    expect_nothing_outside_touched();
}

TEST_F(Unpacking, LinksKeepTheirTextAndLeadNowhereWhileUnpacking) {
    unpack(TarBuilder()
               .add({.name = "a", .type = '2', .link = "../../../etc/shadow"})
               .add({.name = "b", .type = '2', .link = "/"})
               .finish());
    EXPECT_EQ(fs::read_symlink(staging_ / "a"), "../../../etc/shadow");
    EXPECT_EQ(fs::read_symlink(staging_ / "b"), "/");
    expect_nothing_outside_touched();
}

TEST_F(Unpacking, IdsOnDiskAreTheJailsOwn) {
    const Value result = unpack(TarBuilder()
                                    .add({.name = "root", .mode = "0004755"})
                                    .add({.name = "user", .uid = "0001750", .gid = "0177777"})
                                    .add({.name = "d/", .type = '5', .mode = "0002775", .gid = "0000062"})
                                    .add({.name = "d/f"})
                                    .finish());
    EXPECT_EQ(status_of(staging_ / "root").st_uid, 0U);
    EXPECT_EQ(status_of(staging_ / "root").st_mode & 07777U, 04755U);
    EXPECT_EQ(status_of(staging_ / "user").st_uid, 1000U);
    EXPECT_EQ(status_of(staging_ / "user").st_gid, 65535U);
    EXPECT_EQ(status_of(staging_ / "d").st_mode & 07777U, 02775U);
    EXPECT_EQ(status_of(staging_ / "d/f").st_gid, 0U);
    EXPECT_EQ(result["entries"].num(), 4);
}

TEST_F(Unpacking, OwnerAndModeOfTheTopAreNotTheArchives) {
    unpack(TarBuilder().add({.name = "./", .type = '5', .mode = "0000777", .uid = "0000005"}).finish());
    expect_nothing_outside_touched();
}

TEST_F(Unpacking, DevicesAndUnknownKindsAreLeftOutAndNamed) {
    const std::string archive =
        TarBuilder()
            .add({.name = "null", .type = '3', .mode = "0000666", .major = "0000001", .minor = "0000003"})
            .add({.name = "again", .type = '1', .link = "null"})
            .add({.name = "strange", .type = 'Z', .content = "?"})
            .add({.name = "fifo", .type = '6'})
            .add({.name = "file",
                  .pax = {{"SCHILY.fflags", "schg"}, {"SCHILY.xattr.trusted.x", "y"}, {"SCHILY.xattr.user.x", "y"}}})
            .finish();
    const Value result = unpack(archive);
    std::vector<std::string> skipped;
    for (const auto& skip : result["skipped"].items()) skipped.push_back(skip["path"].str());
    EXPECT_THAT(skipped, ::testing::UnorderedElementsAre("null", "again", "strange", "file", "file"));
    EXPECT_FALSE(fs::exists(staging_ / "null"));
    EXPECT_FALSE(fs::exists(staging_ / "strange"));
    EXPECT_TRUE(fs::is_fifo(staging_ / "fifo"));
    char value[8];
    EXPECT_EQ(::getxattr((staging_ / "file").c_str(), "user.x", value, sizeof value), 1);
    EXPECT_EQ(::getxattr((staging_ / "file").c_str(), "trusted.x", value, sizeof value), -1);
    expect_nothing_outside_touched();
}

TEST_F(Unpacking, TrustRestoresDevicesAndNamesThem) {
    const std::string archive =
        TarBuilder()
            .add({.name = "null", .type = '3', .mode = "0000666", .major = "0000001", .minor = "0000003"})
            .finish();
    const Value result = unpack(archive, false, Value::object().set("vouched", true));
    EXPECT_EQ(status_of(staging_ / "null").st_rdev, makedev(1, 3));
    EXPECT_EQ(result["skipped"].items().size(), 0U);
    EXPECT_EQ(result["notes_total"].num(), 1);
}

const std::string composed = "caf\xc3\xa9", apart = "cafe\xcc\x81", no_utf8 = "caf\xe9";

TEST_F(Unpacking, NamesAreThoseOfTheHeadersLetterForLetter) {
    TarBuilder archive;
    for (const std::string& name : {composed, apart, no_utf8}) {
        archive.add({.name = "cut", .content = name, .pax = {{"path", "pax/" + name}}})
            .add({.name = "././@LongLink", .type = 'L', .content = "gnu/" + name + std::string(1, '\0')})
            .add({.name = "cut", .content = name})
            .add({.name = "old/" + name, .content = name})
            .add({.name = "one", .type = '1', .pax = {{"path", "link/" + name}, {"linkpath", "pax/" + name}}})
            .add({.name = "two", .type = '2', .pax = {{"path", "text/" + name}, {"linkpath", name}}});
    }
    unpack(archive.finish());
    for (const std::string& name : {composed, apart, no_utf8}) {
        for (const char* place : {"pax", "gnu", "old", "link"})
            EXPECT_EQ(slurp(staging_ / place / name), name) << place;
        EXPECT_EQ(fs::read_symlink(staging_ / "text" / name), name);
    }
    expect_nothing_outside_touched();
}

/// Some leave out of a plain header what is not ASCII. libarchive gives the first of such links no target.
TEST_F(Unpacking, ALinkWhoseTargetStandsInItsExtendedHeaderAlone) {
    for (const std::string& name : {std::string("file"), apart}) {
        for (const auto& entry : fs::directory_iterator(staging_)) fs::remove_all(entry);
        unpack(TarBuilder()
                   .add({.name = "cut", .content = "x", .pax = {{"path", name}}})
                   .add({.name = "link", .type = '1', .pax = {{"linkpath", name}}})
                   .finish());
        EXPECT_EQ(slurp(staging_ / "link"), "x") << name;
        fs::remove(staging_ / "link");
        fs::remove(staging_ / name);
        unpack(TarBuilder().add({.name = "link", .type = '2', .pax = {{"linkpath", name}}}).finish());
        EXPECT_EQ(fs::read_symlink(staging_ / "link"), name);
    }
}

TEST_F(Unpacking, ANameInTwoHeadersIsJudgedAsItIsWritten) {
    const std::string up = "../" + apart;
    const auto headers = [&](const std::string& pax, const std::string& gnu, bool gnu_first) {
        const TarMember first{.name = "p", .type = 'x', .content = TarBuilder::pax_record("path", pax)};
        const TarMember second{.name = "l", .type = 'L', .content = gnu};
        TarBuilder archive;
        archive.add(gnu_first ? second : first).add(gnu_first ? first : second).add({.name = "cut", .content = "x"});
        return archive.finish();
    };
    for (const bool gnu_first : {false, true})
        for (const auto& [pax, gnu] : {std::pair{up, std::string("file")}, {std::string("file"), up}, {up, apart}}) {
            for (const auto& entry : fs::directory_iterator(staging_)) fs::remove_all(entry);
            try {
                unpack(headers(pax, gnu, gnu_first), false, Value::object().set("trusted", true));
                EXPECT_TRUE(fs::exists(staging_ / "file") || fs::exists(staging_ / apart));
            } catch (const Error& error) {
                EXPECT_EQ(error.code(), Errc::damaged) << error.what();
            }
            expect_nothing_outside_touched();
        }
}

TEST_F(Unpacking, ANameIsNotHandedOnToTheNextMember) {
    const Value result = unpack(TarBuilder()
                                    .add({.name = "cut", .type = 'Z', .content = "?", .pax = {{"path", apart}}})
                                    .add({.name = "file", .content = "x"})
                                    .add({.name = "g", .type = 'g', .content = TarBuilder::pax_record("path", apart)})
                                    .add({.name = "last", .content = "x"})
                                    .finish());
    EXPECT_EQ(result["skipped"].items().size(), 1U);
    EXPECT_TRUE(fs::exists(staging_ / "file"));
    EXPECT_TRUE(fs::exists(staging_ / "last"));
    EXPECT_FALSE(fs::exists(staging_ / apart));
}

TEST_F(Unpacking, LimitsEndABomb) {
    TarBuilder many;
    for (int i = 0; i < 50; ++i) many.add({.name = "f" + std::to_string(i), .content = "x"});
    EXPECT_THROW(unpack(many.finish(), true, Value::object().set("max_entries", 49)), Error);
    for (const auto& entry : fs::directory_iterator(staging_)) fs::remove_all(entry);
    const std::string large = TarBuilder().add({.name = "big", .content = std::string(100000, 'x')}).finish();
    EXPECT_THROW(unpack(large, true, Value::object().set("max_bytes", 99999)), Error);
    for (const auto& entry : fs::directory_iterator(staging_)) fs::remove_all(entry);
    EXPECT_EQ(unpack(large, true, Value::object().set("max_bytes", 100000))["bytes"].num(), 100000);
}

TEST_F(Unpacking, DirectoriesMayRepeatAndKeepTheirLastWord) {
    unpack(TarBuilder()
               .add({.name = "d/", .type = '5', .mode = "0000700"})
               .add({.name = "other"})
               .add({.name = "d/", .type = '5', .mode = "0000750"})
               .add({.name = "other2"})
               .add({.name = "d/f"})
               .finish());
    EXPECT_EQ(status_of(staging_ / "d").st_mode & 07777U, 0750U);
    EXPECT_EQ(status_of(staging_ / "d").st_mtime, 0) << "a member that came late does not change the directory's time";
}

}  // namespace
}  // namespace jailctl::test
