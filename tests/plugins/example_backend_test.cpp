#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "out_of_tree.hpp"

/// The example of a backend is built out of tree, as a site would, against what is installed: its own run of the
/// conformance suite, and the product's commands with BACKUP_BACKEND=copy.
namespace jailctl::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class ExampleBackend : public OutOfTree {
protected:
    static void SetUpTestSuite() { build_example({"-DSITE_TESTS=ON"}); }
    /// A directory with the installed plugins and the site's.
    static std::string all_plugins() {
        const auto all = scratch_->path() / "all";
        fs::create_directories(all);
        for (const auto& entry : fs::recursive_directory_iterator(stage()))
            if (entry.path().extension() == ".so" && entry.path().parent_path().filename() == "plugins")
                fs::copy_file(entry.path(), all / entry.path().filename(), fs::copy_options::overwrite_existing);
        fs::copy_file(build() / "plugins.d/copy.so", all / "copy.so", fs::copy_options::overwrite_existing);
        return all.string();
    }
};

fs::path tar_in(const fs::path& directory) {
    for (const auto& entry : fs::directory_iterator(directory))
        if (entry.path().extension() == ".tar") return entry.path();
    return {};
}

TEST_F(ExampleBackend, PassesTheConformanceSuite) {
    const auto result = run_command({(build() / "conformance_test").string()});
    EXPECT_EQ(result.status, 0) << result.all();
    EXPECT_THAT(result.out, HasSubstr("Copy/BackupBackendTest.WhatIsRestoredIsTheTree/copy"));
    EXPECT_THAT(result.out, testing::Not(HasSubstr("SKIPPED")));
}

TEST_F(ExampleBackend, BacksUpListsVerifiesAndRestores) {
    Site site({"a.test:192.0.2.1"});
    const auto copies = site.path() / "copies";
    site.configure({"a.test:192.0.2.1"}, "BACKUP_BACKEND=copy\nCOPY_DIR=" + copies.string());
    const auto jailctl = [&, plugins = all_plugins()](std::vector<std::string> words) {
        words.insert(words.begin(), {"--plugin-dir", plugins});
        return site.jailctl(words);
    };
    fs::create_directories(site.root("a.test") / "etc");
    spit(site.root("a.test") / "etc/motd", "kept by copy\n");
    const auto stored = jailctl({"backup", "a.test"});
    ASSERT_EQ(stored.status, 0) << stored.all();
    EXPECT_THAT(jailctl({"backups", "a.test"}).out, HasSubstr((copies / "a.test-").string()));
    EXPECT_THAT(jailctl({"verify", "a.test"}).out, HasSubstr(": good, "));
    flip_bit(tar_in(copies), 40);
    const auto damaged = jailctl({"verify", "a.test"});
    EXPECT_EQ(damaged.status, 1) << damaged.all();
    EXPECT_THAT(damaged.err, HasSubstr((copies / "a.test-").string())) << "which one";
    flip_bit(tar_in(copies), 40);
    ASSERT_EQ(jailctl({"verify", "a.test"}).status, 0);
    fs::rename(site.root("a.test"), site.path() / "gone");
    const auto restored = jailctl({"restore", "a.test"});
    EXPECT_EQ(restored.status, 0) << restored.all();
    EXPECT_EQ(slurp(site.root("a.test") / "etc/motd"), "kept by copy\n");
}

}  // namespace
}  // namespace jailctl::test
