#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "support.hpp"

/// The example of a backend is built out of tree, as a site would, against what is installed: its own run of the
/// conformance suite, and the product's commands with BACKUP_BACKEND=copy.
namespace jailctl::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class ExampleBackend : public testing::Test {
protected:
    static void SetUpTestSuite() {
        if (::geteuid() != 0) return;
        scratch_ = new Scratch;
        std::vector<std::string> configure{"cmake", "-S", EXAMPLE_DIR, "-B", build().string(), "-G", EXAMPLE_GENERATOR,
                                           "-DSITE_TESTS=ON", "-DCMAKE_PREFIX_PATH=" + stage().string(),
                                           std::string("-DCMAKE_CXX_COMPILER=") + EXAMPLE_COMPILER};
        const std::string sanitize = EXAMPLE_SANITIZE;
        if (!sanitize.empty()) configure.push_back("-DCMAKE_CXX_FLAGS=-fsanitize=" + sanitize);
        configured_ = run_command(configure);
        built_ = run_command({"cmake", "--build", build().string()}, {.limit = std::chrono::seconds(240)});
    }
    static void TearDownTestSuite() {
        delete scratch_;
        scratch_ = nullptr;
    }
    void SetUp() override {
        JAILCTL_NEEDS_ROOT();
        ASSERT_EQ(configured_.status, 0) << configured_.all();
        ASSERT_EQ(built_.status, 0) << built_.all();
    }
    static fs::path build() { return scratch_->path() / "build"; }

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

    static inline Scratch* scratch_ = nullptr;
    static inline Result configured_, built_;
};

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
    fs::rename(site.root("a.test"), site.path() / "gone");
    const auto restored = jailctl({"restore", "a.test"});
    EXPECT_EQ(restored.status, 0) << restored.all();
    EXPECT_EQ(slurp(site.root("a.test") / "etc/motd"), "kept by copy\n");
}

}  // namespace
}  // namespace jailctl::test
