#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "out_of_tree.hpp"

/// The example is built out of tree, as a site would, against what is installed.
namespace jailctl::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class ExamplePlugin : public OutOfTree {
protected:
    static void SetUpTestSuite() { build_example({}); }
    /// A directory with the installed plugins and this one: it is they who start jails and know `doctor`.
    static fs::path beside_the_installed() {
        const auto all = scratch_->path() / "all";
        fs::create_directories(all);
        for (const auto& entry : fs::recursive_directory_iterator(stage()))
            if (entry.path().extension() == ".so" && entry.path().parent_path().filename() == "plugins")
                fs::copy_file(entry.path(), all / entry.path().filename(), fs::copy_options::overwrite_existing);
        fs::copy_file(build() / "plugins.d/site.so", all / "site.so", fs::copy_options::overwrite_existing);
        return all;
    }
    static std::vector<std::string> with_plugin(std::vector<std::string> words) {
        words.insert(words.begin(), {"--plugin-dir", (build() / "plugins.d").string()});
        return words;
    }
};

TEST_F(ExamplePlugin, GreetsOneJail) {
    const Site site({"a.test:192.0.2.1", "b.test:192.0.2.2"});
    const auto result = site.jailctl(with_plugin({"hello", "a.test", "--greeting", "Good day"}));
    EXPECT_EQ(result.out, "Good day, a.test!\n") << result.err;
    EXPECT_EQ(result.status, 0);
}

TEST_F(ExamplePlugin, GreetsAllJailsFromWorkersWithPrefixAndTable) {
    const Site site({"a.test:192.0.2.1", "b.test:192.0.2.2"});
    const auto result = site.jailctl(with_plugin({"hello", "all", "--jobs", "1"}));
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.out, testing::StartsWith("a.test: Hello, a.test!\nb.test: Hello, b.test!\njail "));
    const auto document = site.json(with_plugin({"hello", "all"}));
    ASSERT_EQ(document["jails"].items().size(), 2U);
    EXPECT_EQ(document["jails"].items()[1]["name"].str(), "b.test");
    EXPECT_EQ(document["jails"].items()[1]["greeting"].str(), "Hello");
    EXPECT_EQ(document["jails"].items()[1]["result"].str(), "done");
}

TEST_F(ExamplePlugin, InspectShowsWhatItRegisters) {
    const Site site({});
    const auto result = site.jailctl(with_plugin({"plugins", "inspect", "site"}));
    EXPECT_THAT(result.out, HasSubstr("commands   hello"));
    EXPECT_THAT(result.out, HasSubstr("variables  SITE_CLOSED"));
    EXPECT_THAT(result.out, HasSubstr("hooks      before-start/1"));
}

TEST_F(ExamplePlugin, ItsVariableIsChecked) {
    const Site site({"a.test:192.0.2.1"}, "SITE_CLOSED=perhaps");
    const auto result = site.jailctl(with_plugin({"hello", "a.test"}));
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err, HasSubstr("SITE_CLOSED"));
}

TEST_F(ExamplePlugin, ItVetoesStarts) {
    const Site site({"a.test:192.0.2.1"}, "SITE_CLOSED=yes\nPLUGIN_REQUIRED=site");
    fs::create_directories(site.root("a.test") / "etc");
    const auto result = site.jailctl({"--plugin-dir", beside_the_installed().string(), "start", "a.test"});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, HasSubstr("the site is closed for a.test"));
    const auto missing = site.jailctl({"start", "a.test"});
    EXPECT_EQ(missing.status, 2);
    EXPECT_THAT(missing.err, HasSubstr("nothing is changed without the plugin 'site'"));
}

TEST_F(ExamplePlugin, DoctorTellsWhatItFinds) {
    const Site site({"a.test:192.0.2.1"}, "SITE_CLOSED=yes");
    const auto document = site.json({"--plugin-dir", beside_the_installed().string(), "doctor"});
    EXPECT_EQ(document["status"].num(), 1);
    ASSERT_EQ(document["findings"].items().size(), 1U);
    EXPECT_EQ(document["findings"].items()[0]["code"].str(), "site-closed");
    EXPECT_EQ(document["findings"].items()[0]["jail"].str(), "a.test");
}

}  // namespace
}  // namespace jailctl::test
