#pragma once

#include <fcntl.h>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/scoped.hpp"
#include "jailctl/sdk/tree.hpp"
#include "support.hpp"
#include "tar_builder.hpp"

namespace jailctl::test {

namespace fs = std::filesystem;

/// A staging directory among things that must stay as they are.
class Unpacking : public ::testing::Test {
protected:
    void SetUp() override {
        JAILCTL_NEEDS_ROOT();
        staging_ = scratch_.path() / "staging";
        fs::create_directory(staging_);
        ASSERT_EQ(::chmod(staging_.c_str(), 0700), 0);
        spit(scratch_.path() / "precious", "untouched");
        fs::create_directory(scratch_.path() / "beside");
    }
    Value unpack(const std::string& archive, bool as_jail = true, Value arguments = Value::object()) {
        spit(scratch_.path() / "archive", archive);
        const UniqueFd file{::open((scratch_.path() / "archive").c_str(), O_RDONLY | O_CLOEXEC)};
        const UniqueFd root{::open(staging_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
        TreeJob job{.action = "unpack", .arguments = std::move(arguments), .root = root.get(),
                    .id_base = as_jail ? std::optional<std::uint32_t>(1'000'000) : std::nullopt, .read_only = false,
                    .descriptors = {{"archive", file.get()}}, .on_progress = {}, .on_note = {}};
        return run_tree(job);
    }
    /// Everything beside the staging directory is what SetUp made.
    void expect_nothing_outside_touched() {
        std::vector<std::string> names;
        for (const auto& entry : fs::directory_iterator(scratch_.path())) names.push_back(entry.path().filename());
        EXPECT_THAT(names, ::testing::UnorderedElementsAre("staging", "precious", "beside", "archive"));
        EXPECT_EQ(slurp(scratch_.path() / "precious"), "untouched");
        EXPECT_TRUE(fs::is_empty(scratch_.path() / "beside"));
        struct stat status{};
        ASSERT_EQ(::lstat(staging_.c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 07777U, 0700U);
        EXPECT_EQ(status.st_uid, 0U);
    }
    Scratch scratch_;
    fs::path staging_;
};

}  // namespace jailctl::test
