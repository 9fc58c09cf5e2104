// kill -9 before each call that changes something: expire and protect have no journal, so each
// step must be whole by itself.
#include "backed_up_site.hpp"

namespace jailctl::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
namespace fs = std::filesystem;

constexpr int most_calls = 40;
const std::vector<std::string> changing_calls{"unlinkat", "renameat", "linkat", "ftruncate",
                                              "fsync",    "write",    "mkdirat"};

class KilledAtCalls : public BackedUpSite {
protected:
    void SetUp() override {
        BackedUpSite::SetUp();
        if (IsSkipped()) return;
        site.configure({"a.test:192.0.2.1", "b.test:192.0.2.2"}, "BACKUP_KEEP=last=1");
    }
    /// @return how many runs were killed
    int sweep(const std::vector<std::string>& words, const std::function<void()>& prepare,
              const std::function<void(const std::string& when)>& look,
              const std::vector<std::string>& calls = changing_calls) {
        int killed = 0;
        for (const auto& call : calls) {
            for (int n = 1; n < most_calls; ++n) {
                prepare();
                const bool again = killed_at_call(call, n, site, words);
                look(call + " " + std::to_string(n));
                killed += again ? 1 : 0;
                if (!again) break;
            }
        }
        return killed;
    }
};

TEST_F(KilledAtCalls, ExpireNeverTakesWhatIsKeptAndTheNextOneFinishes) {
    ASSERT_EQ(backup().status, 0);
    const fs::path kept = only_archive();
    const auto old = site.backups() / "a.test-20200101T000000Z.tar.gz";
    const auto prepare = [&] { fs::copy_file(kept, old, fs::copy_options::overwrite_existing); };
    const auto look = [&](const std::string& when) {
        ASSERT_EQ(site.jailctl({"verify", kept.string()}).status, 0) << when;
        if (fs::exists(old)) {
            EXPECT_EQ(slurp(old), slurp(kept)) << when << ": whole or gone";
        }
        const Result next = site.jailctl({"expire", "a.test"});
        ASSERT_EQ(next.status, 0) << when << ": " << next.all();
        EXPECT_EQ(only_archive(), kept) << when;
        EXPECT_EQ(site.json({"backups", "a.test"})["backups"].items().size(), 1U) << when;
        EXPECT_THAT(site.leftovers(), IsEmpty()) << when;
    };
    EXPECT_GT(sweep({"expire", "a.test"}, prepare, look), 3);
}

TEST_F(KilledAtCalls, ProtectIsSetOrNotAndNothingElseIsLost) {
    ASSERT_EQ(backup().status, 0);
    const auto prepare = [&] { ASSERT_EQ(site.jailctl({"protect", "a.test", "--off"}).status, 0); };
    const auto look = [&](const std::string& when) {
        const Value listed = site.json({"backups", "a.test"})["backups"].items().at(0);
        EXPECT_GT(listed["verified"].num(), 0) << when << ": the record is whole";
        const Result next = site.jailctl({"protect", "a.test"});
        ASSERT_EQ(next.status, 0) << when << ": " << next.all();
        EXPECT_TRUE(site.json({"backups", "a.test"})["backups"].items().at(0)["protect"].truth()) << when;
    };
    EXPECT_GT(sweep({"protect", "a.test"}, prepare, look), 3);
}

TEST_F(KilledAtCalls, ABackupBetweenAnyTwoCallsPublishesOnlyWhatIsGood) {
    ASSERT_EQ(backup().status, 0);
    const fs::path first = only_archive();
    ASSERT_EQ(site.jailctl({"protect", first.string()}).status, 0);
    const auto look = [&](const std::string& when) {
        for (const auto& archive : archives(site.backups())) {
            const Result verified = site.jailctl({"verify", archive.string()});
            if (archive.extension() == ".gz") {
                EXPECT_EQ(verified.status, 0) << when << ": " << verified.all();
            }
        }
        const Result next = backup();
        ASSERT_EQ(next.status, 0) << when << ": " << next.all();
        EXPECT_TRUE(fs::exists(first)) << when << ": the protected one";
        EXPECT_THAT(site.leftovers(), IsEmpty()) << when;
        for (const auto& archive : archives(site.backups()))
            EXPECT_THAT(site.jailctl({"verify", archive.string()}).err, ::testing::Not(HasSubstr("error"))) << when;
    };
    EXPECT_GT(sweep({"backup", "a.test"}, [] {}, look), 10);
}

TEST_F(KilledAtCalls, ARestoreBetweenAnyTwoCallsIsWholeOrNotThere) {
    ASSERT_EQ(backup().status, 0);
    const fs::path made = site.root("b.test");
    const auto prepare = [&] { ASSERT_FALSE(fs::exists(made)); };
    const auto look = [&](const std::string& when) {
        if (fs::exists(made)) {
            EXPECT_EQ(slurp(made / "root/precious"), "precious data\n") << when << ": whole";
        }
        const Result next = site.jailctl({"restore", "a.test", "--as", "b.test"});
        // Behind its commit there is nothing to do again.
        EXPECT_TRUE(next.status == 0 || next.err.find("jail b.test exists") != std::string::npos)
            << when << ": " << next.all();
        EXPECT_EQ(slurp(made / "root/precious"), "precious data\n") << when;
        EXPECT_THAT(site.leftovers(), IsEmpty()) << when;
        EXPECT_EQ(site.jailctl({"--batch", "delete", "b.test"}).status, 0) << when;
    };
    const std::vector<std::string> calls{"unlinkat", "renameat", "renameat2", "syncfs", "mkdirat", "clone3"};
    EXPECT_GT(sweep({"restore", "a.test", "--as", "b.test"}, prepare, look, calls), 10);
}

}  // namespace
}  // namespace jailctl::test
