#pragma once

/// Conformance suite of BaseInstaller: what every installer must do, whatever it installs. An installer's test defines
/// a rig and instantiates the suite:
///
///     INSTANTIATE_TEST_SUITE_P(Busybox, BaseInstallerTest, ::testing::Values(NamedBase{"busybox", make_rig}),
/// base_name);
///
/// Include it in one translation unit. It needs root, and a jailctl installed beside the test (jailctl-tree writes).
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "jailctl/sdk/ids.hpp"
#include "jailctl/sdk/services/base_installer.hpp"
#include "jailctl/sdk/staged_target.hpp"
#include "jailctl/testing/fake_host.hpp"
#include "jailctl/testing/scratch.hpp"
#include "jailctl/testing/thrown.hpp"

namespace jailctl::test {

/// What an installer's test provides.
class BaseInstallerRig {
public:
    virtual ~BaseInstallerRig() = default;
    virtual FakeHost& host() = 0;
    virtual BaseInstaller& installer() = 0;
    /// Why it cannot be tried here ("mmdebstrap is not installed"); empty: it can.
    [[nodiscard]] virtual std::string unavailable() { return {}; }
    /// What stands after "scheme:" for a base that installs.
    [[nodiscard]] virtual std::string good() = 0;
    /// Words that check() refuses.
    [[nodiscard]] virtual std::vector<std::string> bad() = 0;
    [[nodiscard]] virtual bool can_upgrade() = 0;
};

struct NamedBase {
    std::string name;
    std::function<std::unique_ptr<BaseInstallerRig>()> make;
};
inline std::string base_name(const ::testing::TestParamInfo<NamedBase>& info) { return info.param.name; }

/// A target whose disk is full: nothing is written, and the archive given to it is not read to its end.
class FullTarget final : public BaseTarget {
public:
    /// @param directory  an installer may put what it needs there, or beside it
    explicit FullTarget(std::filesystem::path directory) : directory_(std::move(directory)) {}
    void populate(Value, std::vector<std::pair<std::string, int>>) override { refuse(); }
    void unpack(int, std::uint64_t) override { refuse(); }
    [[nodiscard]] const std::filesystem::path& directory() const override { return directory_; }

private:
    [[noreturn]] static void refuse() { throw Error(Errc::no_space, "the disk of the test is full"); }
    std::filesystem::path directory_;
};

class BaseInstallerTest : public ::testing::TestWithParam<NamedBase> {
protected:
    void SetUp() override {
        JAILCTL_NEEDS_ROOT();
        rig_ = GetParam().make();
        if (const std::string reason = rig_->unavailable(); !reason.empty()) GTEST_SKIP() << reason;
        auto& configuration = rig_->host().fake_configuration;
        scratch_.use_for(configuration);
        jail_ = std::make_unique<Jail>(
            Jail{JailName("unit.test"), {}, scratch_ / "unit.test", configuration.settings, {}});
        configuration.jails = {*jail_};
    }
    void TearDown() override { rig_.reset(); }

    BaseInstaller& installer() { return rig_->installer(); }
    FakeHost& host() { return rig_->host(); }
    std::filesystem::path staged(const std::string& name) {
        return scratch_.directory(name);
    }
    /// Installs the good base. @return where
    std::filesystem::path install(const std::string& name) {
        const auto directory = staged(name);
        StagedTarget target(host(), *jail_, directory);
        installer().install(host(), rig_->good(), target);
        return directory;
    }
    Value etc_digests(const std::filesystem::path& directory) {
        StagedTarget target(host(), *jail_, directory);
        return target.run("digests", Value::object().set("below", "etc"))["digests"];
    }
    /// Calls `f` for everything below a directory, links not followed.
    static void each(const std::filesystem::path& directory,
                     const std::function<void(const std::filesystem::path&, const struct stat&)>& f) {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
            struct stat found {};
            ASSERT_EQ(::lstat(entry.path().c_str(), &found), 0) << entry.path();
            f(entry.path(), found);
        }
    }

    Scratch scratch_;
    std::unique_ptr<Jail> jail_;
    std::unique_ptr<BaseInstallerRig> rig_;
};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(BaseInstallerTest);

TEST_P(BaseInstallerTest, AGoodBaseIsAccepted) { EXPECT_NO_THROW(installer().check(host(), rig_->good())); }

TEST_P(BaseInstallerTest, ABadOneIsRefusedWithASentenceBeforeAnythingIsMade) {
    for (const auto& word : rig_->bad()) {
        const Error error = error_of([&] { installer().check(host(), word); });
        EXPECT_GT(std::string(error.what()).size(), 10U) << word;
        EXPECT_NE(error.code(), Errc::internal) << "'" << word << "': " << error.what();
    }
}

TEST_P(BaseInstallerTest, SaysWhetherUpgradeMayUseIt) { EXPECT_EQ(installer().can_upgrade(), rig_->can_upgrade()); }

// One installation for all that is asked of it: a real base may take minutes.
TEST_P(BaseInstallerTest, ASystemStandsInTheTargetThatBelongsToTheJailAndIsAsLargeAsWasSaid) {
    const std::uint64_t estimate = installer().estimate(host(), rig_->good());
    const auto root = install("one");
    struct stat bin {};
    EXPECT_EQ(::lstat((root / "bin").c_str(), &bin), 0) << "bin is missing";
    EXPECT_TRUE(std::filesystem::is_directory(root / "etc"));
    EXPECT_TRUE(std::filesystem::is_regular_file(root / "etc/passwd"));
    std::uint64_t used = 0;
    each(root, [&used](const std::filesystem::path& path, const struct stat& found) {
        EXPECT_LT(found.st_uid, ids_per_jail) << path;
        EXPECT_LT(found.st_gid, ids_per_jail) << path;
        EXPECT_FALSE(S_ISBLK(found.st_mode) || S_ISCHR(found.st_mode)) << path;
        used += static_cast<std::uint64_t>(found.st_blocks) * 512;
    });
    if (estimate == 0) return;  // it cannot know
    EXPECT_GE(estimate * 4, used);
    EXPECT_LE(estimate, used * 20 + (8U << 20U));
}

TEST_P(BaseInstallerTest, InstallingTwiceGivesTheSameEtc) {
    if (!installer().can_upgrade()) GTEST_SKIP() << "upgrade does not use it";
    const auto first = install("one"), second = install("two");
    EXPECT_GT(etc_digests(first).members().size(), 0U);
    EXPECT_EQ(to_json(etc_digests(first)), to_json(etc_digests(second)))
        << "upgrade would report conflicts nobody made";
}

TEST_P(BaseInstallerTest, AFailureOfTheTargetPassesThroughAndLeavesNoProcess) {
    FullTarget full(staged("full"));
    EXPECT_EQ(code_thrown_by([&] { installer().install(host(), rig_->good(), full); }), Errc::no_space);
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a child was left";
}

}  // namespace jailctl::test
