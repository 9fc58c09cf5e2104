#include <fcntl.h>
#include <gmock/gmock.h>

#include "archives.hpp"
#include "awkward.hpp"

namespace jailctl::tree::test {
namespace {

class RoundTrip : public Archives, public ::testing::WithParamInterface<const char*> {};

TEST_P(RoundTrip, KeepsEveryAttributeOfAnAwkwardTree) {
    build_awkward(tree_);
    const auto before = describe(tree_);
    ASSERT_GT(before.size(), 60U);
    const Value packed = pack(tree_, archive_, Value::object().set("format", GetParam()));
    EXPECT_EQ(packed["entries"].num(), static_cast<std::int64_t>(before.size()));
    EXPECT_EQ(packed["sockets"].num(), 1);
    EXPECT_EQ(packed["notes_total"].num(), 0) << to_json(packed["notes"]);
    EXPECT_EQ(static_cast<std::uintmax_t>(packed["size"].num()), fs::file_size(archive_));
    const Value unpacked = unpack(archive_, other_);
    EXPECT_EQ(unpacked["skipped_total"].num(), 0) << to_json(unpacked["skipped"]);
    EXPECT_EQ(unpacked["sha256"].str(), packed["sha256"].str());
    EXPECT_EQ(unpacked["bytes"].num(), packed["bytes"].num());
    const auto after = describe(other_);
    for (const auto& [path, text] : before) EXPECT_EQ(text, after.contains(path) ? after.at(path) : "missing") << path;
    EXPECT_EQ(before.size(), after.size());
    EXPECT_EQ(describe(tree_), before) << "reading changed the tree";
}

TEST_P(RoundTrip, SocketsAreListedAndMadeAgainWhereTheArchiveIsOurs) {
    fs::create_directories(tree_ / "run/deep");
    make_socket(tree_ / "run/deep/a \xff socket");
    ASSERT_EQ(::chmod((tree_ / "run/deep/a \xff socket").c_str(), 0640), 0);
    ASSERT_EQ(::lchown((tree_ / "run/deep/a \xff socket").c_str(), 7, 8), 0);
    const auto before = status_of(tree_ / "run/deep/a \xff socket"), directory = status_of(tree_ / "run/deep");
    const Value packed = pack(tree_, archive_, Value::object().set("format", GetParam()));
    EXPECT_EQ(packed["socket_list"].items().at(0)["path"].str(), "run/deep/a \\xff socket");
    unpack(archive_, other_, false);
    EXPECT_TRUE(fs::is_empty(other_ / "run/deep")) << "nobody vouched for it";
    fs::remove_all(other_ / "run");
    unpack(archive_, other_);
    const auto after = status_of(other_ / "run/deep/a \xff socket");
    EXPECT_EQ(after.st_mode, before.st_mode);
    EXPECT_EQ(after.st_uid, 7U);
    EXPECT_EQ(after.st_gid, 8U);
    EXPECT_EQ(after.st_mtim.tv_nsec, before.st_mtim.tv_nsec);
    EXPECT_EQ(status_of(other_ / "run/deep").st_mtim.tv_nsec, directory.st_mtim.tv_nsec)
        << "the directory keeps its time";
}

TEST_P(RoundTrip, SocketsAreExtractedAsFilesAre) {
    fs::create_directories(tree_ / "run/deep");
    make_socket(tree_ / "run/deep/socket");
    ASSERT_EQ(::chmod((tree_ / "run/deep/socket").c_str(), 0640), 0);
    pack(tree_, archive_, Value::object().set("format", GetParam()));
    const auto extract = [&](const std::string& path, const char* how) {
        const UniqueFd file{::open(archive_.c_str(), O_RDONLY | O_CLOEXEC)};
        return run_with(actions::extract, other_,
                        Value::object().set("paths", Value::array().push(path)).set(how, true),
                        {{"archive", file.get()}});
    };
    const Value strange = extract("run/deep/socket", "untrusted");
    EXPECT_EQ(strange["skipped"].items().at(0)["why"].str(), "a socket");
    EXPECT_TRUE(extract("run", "ask")["asks"].truth());
    EXPECT_TRUE(fs::is_empty(other_)) << "nothing was made";
    for (const char* path : {"run/deep/socket", "run"}) {
        EXPECT_EQ(extract(path, "trusted")["skipped_total"].num(), 0);
        EXPECT_EQ(status_of(other_ / "run/deep/socket").st_mode, S_IFSOCK | 0640U) << path;
        fs::remove_all(other_ / "run");
    }
    EXPECT_EQ(code_thrown_by([&] { extract("run/deep/sock", "trusted"); }), Errc::not_found);
}

TEST_P(RoundTrip, CheckSaysWhatPackSaid) {
    build_awkward(tree_);
    const Value packed = pack(tree_, archive_,
                              Value::object()
                                  .set("format", GetParam())
                                  .set("description", Value::object().set("jail", "a.test").set("grade", "cold")));
    const Value checked = check(archive_);
    for (const char* member : {"entries", "files", "bytes"})
        EXPECT_EQ(checked[member].num(), packed[member].num()) << member;
    EXPECT_EQ(checked["sha256"].str(), packed["sha256"].str());
    EXPECT_EQ(checked["marker"]["description"]["grade"].str(), "cold");
    EXPECT_EQ(checked["marker"]["format"].num(), 2);
}

TEST_P(RoundTrip, OwnerAndModeOfTheTopStayAsTheyAre) {
    ASSERT_EQ(::chmod(tree_.c_str(), 0777), 0);
    ASSERT_EQ(::chown(tree_.c_str(), 5, 5), 0);
    ASSERT_EQ(::chmod(other_.c_str(), 0700), 0);
    pack(tree_, archive_, Value::object().set("format", GetParam()));
    unpack(archive_, other_);
    EXPECT_EQ(status_of(other_).st_mode & 07777U, 0700U);
    EXPECT_EQ(status_of(other_).st_uid, 0U);
}

INSTANTIATE_TEST_SUITE_P(Formats, RoundTrip, ::testing::Values("tar.gz", "tar.zst", "tar"),
                         [](const auto& one) { return without_dot(one.param); });

TEST_F(Archives, AForeignArchiveGivesWhatTheAllowListHasAndNamesTheRest) {
    build_awkward(tree_);
    pack(tree_, archive_);
    const Value unpacked = unpack(archive_, other_, false);
    std::map<std::string, std::string> skipped;
    for (const auto& skip : unpacked["skipped"].items()) skipped[skip["path"].str()] += skip["why"].str() + ";";
    for (const char* name : {"null", "null-again", "disk", "whiteout"}) {
        EXPECT_TRUE(skipped.contains(name)) << name;
        EXPECT_FALSE(exists(other_ / name)) << name;
    }
    EXPECT_THAT(skipped["attributes"], ::testing::HasSubstr("trusted.overlay.opaque"));
    EXPECT_THAT(skipped["attributes"], ::testing::HasSubstr("security.site"));
    EXPECT_TRUE(skipped.contains("append"));
    EXPECT_EQ(file_flags(other_ / "append") & 0x20U, 0U);
    EXPECT_EQ(attribute(other_ / "attributes", "trusted.overlay.opaque"), "-");
    EXPECT_EQ(attribute(other_ / "attributes", "user.text"), "value");
    EXPECT_NE(attribute(other_ / "capable", "security.capability"), "-");
    EXPECT_NE(attribute(other_ / "acl", "system.posix_acl_access"), "-");
    EXPECT_EQ(status_of(other_ / "setuid").st_mode & 07777U, 04755U);
}

TEST_F(Archives, ATreeOfManyMembersUsesSeveralCompressedPieces) {
    std::string noise;
    for (unsigned i = 0, x = 1; i < 3U << 20; ++i) noise += static_cast<char>((x = x * 1664525 + 1013904223) >> 24);
    for (int i = 0; i < 3; ++i) spit(tree_ / ("noise" + std::to_string(i)), noise);
    pack(tree_, archive_);
    unpack(archive_, other_);
    EXPECT_EQ(describe(other_), describe(tree_));
}

TEST_F(Archives, UnpackingIntoADirectoryThatHoldsSomethingIsRefused) {
    build_small(tree_);
    pack(tree_, archive_);
    spit(other_ / "there", "already");
    EXPECT_EQ(code_thrown_by([&] { unpack(archive_, other_); }), Errc::exists);
    EXPECT_EQ(slurp(other_ / "there"), "already");
}

}  // namespace
}  // namespace jailctl::tree::test
