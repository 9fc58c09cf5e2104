#include "unpacking.hpp"

namespace jailctl::test {
namespace {

/// What the helper itself promises, whatever it is asked.
TEST_F(Unpacking, AnUnknownActionIsRefused) {
    TreeJob job{.action = "format-disk", .arguments = Value::object(), .root = -1, .id_base = {}, .read_only = false,
                .descriptors = {}, .on_progress = {}, .on_note = {}};
    EXPECT_THROW((void)run_tree(job), Error);
}

TEST_F(Unpacking, AReadOnlyViewCannotBeWritten) {
    spit(scratch_.path() / "archive", TarBuilder().add({.name = "f"}).finish());
    const UniqueFd file{::open((scratch_.path() / "archive").c_str(), O_RDONLY | O_CLOEXEC)};
    const UniqueFd root{::open(staging_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
    TreeJob job{.action = "unpack", .arguments = Value::object(), .root = root.get(), .id_base = {}, .read_only = true,
                .descriptors = {{"archive", file.get()}}, .on_progress = {}, .on_note = {}};
    EXPECT_THROW((void)run_tree(job), Error);
    EXPECT_TRUE(fs::is_empty(staging_));
}

TEST_F(Unpacking, TheArchiveMustBeARegularFile) {
    ASSERT_EQ(::mkfifo((scratch_.path() / "pipe").c_str(), 0600), 0);
    const UniqueFd pipe{::open((scratch_.path() / "pipe").c_str(), O_RDWR | O_CLOEXEC)};
    for (const char* action : {"check", "unpack"}) {
        const UniqueFd root{::open(staging_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
        TreeJob job{.action = action,
                    .arguments = Value::object(),
                    .root = root.get(),
                    .id_base = {},
                    .read_only = false,
                    .descriptors = {{"archive", pipe.get()}},
                    .on_progress = {},
                    .on_note = {}};
        EXPECT_THROW((void)run_tree(job), Error) << action;
    }
    fs::remove(scratch_.path() / "pipe");
}

TEST_F(Unpacking, NoMountIsLeftBehind) {
    const std::string before = slurp("/proc/self/mountinfo");  // of this test alone: tests/support/apart
    unpack(TarBuilder().add({.name = "f"}).finish());
    EXPECT_EQ(slurp("/proc/self/mountinfo"), before);
}

}  // namespace
}  // namespace jailctl::test
