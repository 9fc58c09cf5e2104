#include <fcntl.h>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jailctl/testing/scratch.hpp"
#include "jailctl/testing/thrown.hpp"
#include "support.hpp"

namespace jailctl::core::config::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// Real files in a directory of root's.
class Files : public testing::Test {
protected:
    void SetUp() override { JAILCTL_NEEDS_ROOT(); }
    fs::path write(const std::string& name, const std::string& text, mode_t mode = 0600) {
        return scratch.write(name, text, mode);
    }
    std::string errors(const fs::path& file, Trust trust = Trust::root) {
        return texts(resolve(parse(file, trust), plugin_variables()).diagnostics);
    }

    jailctl::test::Scratch scratch;
    const fs::path& directory = scratch.path();
    const std::string good = "NETWORK=none\nJAILS=a:192.0.2.1\n";
};

TEST_F(Files, AGoodFileOfRootIsRead) {
    EXPECT_EQ(errors(write("jails.conf", good)), "");
    EXPECT_EQ(errors(write("jails.conf", good, 0644), Trust::root_or_caller), "");
}

TEST_F(Files, AFileOthersCanWriteIsRefused) {
    EXPECT_THAT(errors(write("jails.conf", good, 0664)), HasSubstr("jails.conf: error: "));
    EXPECT_THAT(errors(write("jails.conf", good, 0606), Trust::root_or_caller), HasSubstr("jails.conf: error: "));
    const auto path = write("jails.conf", good);
    ASSERT_EQ(::chown(path.c_str(), 4711, 0), 0);
    EXPECT_THAT(errors(path), HasSubstr("jails.conf: error: "));
}

TEST_F(Files, IncludedFilesAndJailsDPassTheSameCheck) {
    const auto path = write("jails.conf", good + ". more\n");
    write("more", "X=1\n", 0666);
    EXPECT_THAT(errors(path), testing::AllOf(HasSubstr("jails.conf:3:3: error: "), HasSubstr("more")));
    write("more", "PIDS=1\n");
    EXPECT_EQ(errors(path), "");
    write("jails.d/a.conf", "PIDS=2\n", 0602);
    EXPECT_THAT(errors(path), HasSubstr("jails.d/a.conf: error: "));
    write("jails.d/a.conf", "PIDS=2\n");
    EXPECT_EQ(errors(path), "");
    fs::permissions(directory / "jails.d", fs::perms::others_write, fs::perm_options::add);
    EXPECT_THAT(errors(path), HasSubstr("error: "));
}

TEST_F(Files, OnlyRegularFilesOfAtMostOneMebibyte) {
    EXPECT_THAT(errors(directory), HasSubstr("error: "));
    ASSERT_EQ(::mkfifo((directory / "fifo").c_str(), 0600), 0);
    EXPECT_THAT(errors(directory / "fifo"), HasSubstr("error: "));  // and does not wait for a writer
    EXPECT_THAT(errors(directory / "nosuch"), HasSubstr("error: "));
    EXPECT_EQ(errors(write("jails.conf", good + std::string(largest_file - good.size() - 1, '#') + '\n')), "");
    EXPECT_THAT(errors(write("jails.conf", good + std::string(largest_file - good.size(), '#') + '\n')),
                HasSubstr("error: "));
}

TEST_F(Files, ARelativeNameIsMadeAbsolute) {
    const auto path = write("jails.conf", good);
    const Draft draft = parse(fs::relative(path), Trust::root);
    EXPECT_TRUE(draft.ok()) << texts(draft.diagnostics());
    EXPECT_EQ(draft.file(), path);
}

TEST_F(Files, HomesComeFromThePasswordFile) {
    EXPECT_EQ(trusted_files(Trust::root)->home("root"), trusted_files(Trust::root)->home(""));
    EXPECT_FALSE(trusted_files(Trust::root)->home("no such user"));
}

}  // namespace
}  // namespace jailctl::core::config::test
