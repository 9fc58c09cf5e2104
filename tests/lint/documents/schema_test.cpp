// What --json prints obeys docs/json-schema, and the schema describes every member that is printed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support.hpp"

namespace jailctl::test {
namespace {

using ::testing::HasSubstr;

/// A site whose answers are kept as files, to be held against the schema at the end.
class Documents : public ::testing::Test {
protected:
    void SetUp() override { JAILCTL_NEEDS_ROOT(); }

    /// Runs a command with --json and keeps its document. @return the document
    Value keep(const std::vector<std::string>& words, int status = 0) {
        const Value document = site_.json(words);
        EXPECT_EQ(document["status"].num(-1), status) << to_json(document, 1);
        files_.push_back((papers_ / (std::to_string(files_.size()) + "-" + words[0] + ".json")).string());
        spit(files_.back(), to_json(document, 1));
        return document;
    }
    /// Holds what was kept against the schema.
    void expect_obedience() const {
        std::vector<std::string> argv{JAILCTL_OBEYS, JAILCTL_SCHEMA};
        argv.insert(argv.end(), files_.begin(), files_.end());
        const Result result = run_command(argv);
        if (result.status == 77) GTEST_SKIP() << result.out;
        EXPECT_EQ(result.status, 0) << result.all();
    }

    Site site_{{"a.test:192.0.2.1", "b.test:192.0.2.2"}};

private:
    Scratch papers_;
    std::vector<std::string> files_;
};

TEST_F(Documents, OfTheHost) {
    keep({"help"});
    keep({"help", "start"});
    keep({"version"});
    keep({"plugins"});
    keep({"plugins", "--disable-plugin", "upgrade"});
    keep({"plugins", "inspect", "lifecycle"});
    keep({"plugins", "inspect", "upgrade", "--disable-plugin", "upgrade"});
    keep({"config", "show"});
    keep({"config", "show", "a.test"});
    keep({"config", "check"});
    keep({"doctor"});
    std::filesystem::create_directories(site_.home() / ".jailctl-create-a.test");
    keep({"doctor"}, 1);
    keep({"doctor", "--fix"});
    keep({"statsu"}, 2);
    keep({"start", "no.such.test"}, 2);
    site_.configure({"a.test:192.0.2.1", "b.test:192.0.2.470"}, "NAMSERVER=1\n");
    keep({"config", "check"}, 2);
    keep({"status"}, 2);
    expect_obedience();
}

TEST_F(Documents, OfTheLifeOfAJail) {
    keep({"status"});
    keep({"create", "a.test", "--dry-run", "--batch"});
    keep({"create", "a.test", "--batch"});
    keep({"create", "all", "--batch"});
    keep({"start", "a.test", "--dry-run"});
    keep({"start", "a.test"});
    keep({"start", "a.test"}, 1);
    keep({"status", "--wide"});
    keep({"exec", "a.test", "--", "echo", "hello"});
    keep({"exec", "a.test", "--", "false"}, 1);
    keep({"set", "a.test", "PIDS=100"});
    keep({"set", "a.test", "PIDS=0"}, 2);
    keep({"logs", "a.test", "-n", "1"});
    keep({"cp", "a.test:/etc/passwd", (site_.path() / "passwd").string()});
    keep({"cp", "a.test:/etc/passwd"}, 2);
    keep({"logs", "b.test"}, 1);
    keep({"freeze", "a.test"});
    keep({"status"});
    keep({"thaw", "a.test"});
    keep({"restart", "a.test"});
    keep({"stop", "all"});
    keep({"stop", "all"});
    keep({"delete", "a.test", "--yes"});
    keep({"delete", "a.test", "--yes"}, 1);
    keep({"delete", "b.test", "--yes", "--backup-first"});
    expect_obedience();
}

TEST_F(Documents, OfBackupsAndUpgrades) {
    ASSERT_EQ(site_.jailctl({"create", "a.test", "--batch"}).status, 0);
    spit(site_.path() / "addons" / "dellist4.txt", "usr/bin/awk\n");
    keep({"create", "b.test", "--batch"});
    const Value made = keep({"backup", "a.test"});
    keep({"backups"});
    keep({"status", "--wide"});
    keep({"verify", "a.test"});
    keep({"backups", "a.test"});
    keep({"protect", "a.test"});
    keep({"expire", "--dry-run"});
    keep({"backups", "a.test", "--contents"});
    keep({"extract", "a.test", "etc", "--to", site_.path().string()});
    keep({"extract", "a.test", "nothing/there"}, 1);
    keep({"upgrade", "a.test"});
    ASSERT_EQ(site_.jailctl({"delete", "a.test", "--yes"}).status, 0);
    keep({"restore", "a.test"});
    keep({"restore", "a.test"}, 1);
    const auto archive = made["jails"].items().at(0)["backup"]["id"].str();
    std::string bytes = slurp(archive);
    ASSERT_FALSE(bytes.empty());
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    spit(archive, bytes, 0600);
    keep({"verify", archive}, 1);
    keep({"backups"});
    expect_obedience();
}

TEST_F(Documents, AMemberTheSchemaDoesNotKnowIsAFault) {
    const Scratch scratch;
    const auto file = scratch.write("odd.json", R"({"schema":1,"command":"x","ok":true,"status":0,"jails":[],)"
                                                R"("omissions":[],"warnings":[],"errors":[],"surprise":1})");
    const Result result = run_command({JAILCTL_OBEYS, JAILCTL_SCHEMA, file.string()});
    if (result.status == 77) GTEST_SKIP() << result.out;
    EXPECT_EQ(result.status, 1) << result.all();
    EXPECT_THAT(result.out, HasSubstr("surprise"));
}

TEST_F(Documents, AMemberThatStandsTwiceIsAFault) {
    const Scratch scratch;
    const auto file = scratch.write("twice.json",
                                    R"({"schema":1,"command":"x","ok":true,"ok":true,"status":0,"jails":[],)"
                                    R"("omissions":[],"warnings":[],"errors":[]})");
    const Result result = run_command({JAILCTL_OBEYS, JAILCTL_SCHEMA, file.string()});
    if (result.status == 77) GTEST_SKIP() << result.out;
    EXPECT_EQ(result.status, 1) << result.all();
    EXPECT_THAT(result.out, HasSubstr("ok stands twice"));
}

}  // namespace
}  // namespace jailctl::test
