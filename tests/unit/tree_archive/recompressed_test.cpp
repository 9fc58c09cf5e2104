#include <fcntl.h>
#include <gmock/gmock.h>

#include "archive/marker.hpp"
#include "archives.hpp"
#include "awkward.hpp"

#include "jailctl/testing/thrown.hpp"

namespace jailctl::tree::test {
namespace {

using jailctl::test::error_of;
using jailctl::test::run_command;
using ::testing::HasSubstr;

/// Archives of ours that another tool compressed anew: index and end marker are gone, the tar is whole.
class Recompressed : public Archives {
protected:
    /// Runs `command`, whose input is the archive, and whose output becomes it.
    void through(const std::string& command) {
        const auto beside = scratch_.path() / "beside";
        const auto done =
            run_command({"sh", "-ec", "{ " + command + "; } < " + archive_.string() + " > " + beside.string()});
        ASSERT_EQ(done.status, 0) << done.all();
        fs::rename(beside, archive_);
    }
};

TEST_F(Recompressed, IsReadAsATarOfAnotherTool) {
    build_awkward(tree_);
    const auto before = describe(tree_);
    int runs = 0;
    for (const auto& [format, command] : {std::pair<const char*, const char*>{"tar.gz", "gzip -dc | gzip -1"},
                                          {"tar.gz", "gzip -dc"},
                                          {"tar.gz", "gzip -dc | zstd -q"},
                                          {"tar.zst", "zstd -dcq | gzip"},
                                          {"tar.zst", "zstd -dcq"}}) {
        pack(tree_, archive_, Value::object().set("format", format));
        through(command);
        SCOPED_TRACE(command);
        EXPECT_TRUE(check(archive_)["marker"].is_null());
        const fs::path target = scratch_.path() / ("target" + std::to_string(++runs));  // what is immutable stays in it
        fs::create_directory(target);
        unpack(archive_, target);
        const auto after = describe(target);
        for (const auto& [path, text] : before) {
            if (fs::is_socket(fs::symlink_status(tree_ / path))) continue;  // the end marker alone lists them
            EXPECT_EQ(text, after.contains(path) ? after.at(path) : "missing") << path;
        }
    }
}

TEST_F(Recompressed, ArchivesOfOursWithinAreContent) {
    build_small(tree_);
    for (const char* format : {"tar.gz", "tar.zst"}) {
        pack(tree_, archive_, Value::object().set("format", format));
        fs::rename(archive_, tree_ / (std::string("old.") + format));
    }
    for (const auto& [format, command] : {std::pair<const char*, const char*>{"tar.gz", "gzip -dc"},
                                          {"tar.gz", "gzip -dc | gzip -1"},
                                          {"tar.gz", "gzip -dc | zstd -q"},
                                          {"tar.zst", "zstd -dcq"}}) {
        pack(tree_, archive_, Value::object().set("format", format));
        through(command);
        SCOPED_TRACE(command);
        EXPECT_TRUE(check(archive_)["marker"].is_null());
    }
}

TEST_F(Recompressed, WithoutItsEndMarkerOneIsCutOffAtWhateverPart) {
    build_small(tree_);
    for (const char* format : {"tar.gz", "tar.zst"}) {
        pack(tree_, archive_, Value::object().set("format", format));
        const UniqueFd file{::open(archive_.c_str(), O_RDONLY | O_CLOEXEC)};
        const auto marker = read_marker(file.get());
        ASSERT_TRUE(marker);
        spit(archive_, slurp(archive_).substr(0, marker->offset));  // the index stands before it
        EXPECT_THAT(error_of([&] { check(archive_); }).what(), HasSubstr("its end marker is missing")) << format;
    }
}

TEST_F(Recompressed, APlainTarOfOursHidesItsIndexAndThatIsSaid) {
    build_small(tree_);
    for (const char* command : {"gzip", "zstd -q"}) {
        pack(tree_, archive_, Value::object().set("format", "tar"));
        through(command);
        const Error refused = error_of([&] { check(archive_); });
        EXPECT_EQ(refused.code(), Errc::unsupported) << refused.what();
        EXPECT_THAT(refused.what(), HasSubstr("that another tool compressed")) << command;
        EXPECT_THAT(refused.hint(), HasSubstr("decompress it"));
    }
    through("zstd -dcq");
    EXPECT_TRUE(check(archive_)["marker"].is_object()) << "as the hint says";
}

TEST_F(Recompressed, WhatIsCutOffIsStillCalledSo) {
    build_small(tree_);
    pack(tree_, archive_, Value::object().set("format", "tar"));
    const std::string whole = slurp(archive_);
    spit(archive_, whole.substr(0, whole.size() - 512));
    EXPECT_THAT(error_of([&] { check(archive_); }).what(), HasSubstr("cut off"));
    pack(tree_, archive_, Value::object().set("format", "tar.gz"));
    through("gzip -dc | head -c 2000 | gzip");
    EXPECT_EQ(error_of([&] { check(archive_); }).code(), Errc::damaged) << "the end of the tar is missing";
}

}  // namespace
}  // namespace jailctl::tree::test
