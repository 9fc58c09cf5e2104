// The variables: what core and the installed plugins declare, core's catalogue of what the manual gives a meaning, and
// jails.conf.5 say the same.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/catalogue.hpp"
#include "page.hpp"
#include "support.hpp"

namespace jailctl::test {
namespace {

using ::testing::HasSubstr;

/// Documented, and refused for that this version does not act on them.
const std::set<std::string> reserved{"DEVICES", "MOUNTS"};

class Variables : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        const Value document = Site({}).json({"config", "show"});
        for (const auto& [name, setting] : document["settings"].members()) {
            declared_.insert(name);
            values_[name] = setting["value"].str();
        }
    }
    static const Page& page() {
        static const Page page(stage() / JAILCTL_MAN_DIR / "man5/jails.conf.5");
        return page;
    }
    static inline std::set<std::string> declared_;
    static inline std::map<std::string, std::string> values_;
};

TEST_F(Variables, TheCatalogueHasWhatIsDeclaredAndWhatIsReserved) {
    std::set<std::string> catalogue;
    for (const std::string_view name : core::config::documented_names()) catalogue.emplace(name);
    std::set<std::string> expected = declared_;
    expected.insert(reserved.begin(), reserved.end());
    EXPECT_EQ(catalogue, expected);
}

TEST_F(Variables, ThePageHasEachAsAnItemAndNoOther) {
    std::set<std::string> described;
    for (const auto& [name, flags] : page().items("VARIABLES", "Va")) described.insert(name);
    EXPECT_EQ(described, declared_);
    for (const auto& name : reserved) EXPECT_THAT(page().text(), HasSubstr(name));
}

TEST_F(Variables, BothPagesSpeakOfNoneThatDoesNotExist) {
    const Page manual(stage() / JAILCTL_MAN_DIR / "man8/jailctl.8");
    for (const auto* one : {&page(), &manual})
        for (const auto& name : one->all("Va"))
            EXPECT_TRUE(declared_.contains(name) || name == "HOME") << name;  // HOME is one of sh
}

TEST_F(Variables, TheReservedOnesAreRefused) {
    for (const auto& name : reserved) {
        const Result result = Site({}, name + "=1\n").jailctl({"config", "check"});
        EXPECT_EQ(result.status, 2) << name;
        EXPECT_THAT(result.all(), HasSubstr(name + " is not supported by this version"));
    }
}

TEST_F(Variables, ThosePrintedWithHostAreTheOnesThatMayNotStandInJailsD) {
    const Site site({"a.test:192.0.2.1"});
    std::filesystem::create_directory(site.path() / "jails.d");
    std::set<std::string> of_the_host;
    for (const auto& name : declared_) {
        spit(site.path() / "jails.d/a.test.conf", name + "='" + values_[name] + "'\n", 0600);
        if (site.jailctl({"config", "check"}).all().find(name + " is for the host as a whole") != std::string::npos)
            of_the_host.insert(name);
    }
    EXPECT_EQ(page().items_marked("VARIABLES", "Va", "host"), of_the_host);
}

TEST_F(Variables, TheSampleShowsEach) {
    const std::string sample = slurp(stage() / "etc/jails.conf.sample");
    const std::string others = "The same exists for CREATE, DELETE, BACKUP, RESTORE and UPGRADE.";
    ASSERT_THAT(sample, HasSubstr(others));
    for (const auto& name : declared_) {
        const std::size_t when = name.starts_with("BEFORE") ? 6 : 5;  // else AFTER
        const bool among_others =
            name.ends_with("_HOOKS") && others.find(name.substr(when, name.find('_') - when)) != std::string::npos;
        EXPECT_TRUE(among_others || sample.find(name) != std::string::npos) << name;
    }
}

}  // namespace
}  // namespace jailctl::test
