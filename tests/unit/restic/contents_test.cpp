#include "contents.hpp"

#include <gtest/gtest.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/testing/thrown.hpp"

namespace jailctl::restic {
namespace {

Value entry(const std::string& members, const std::string& manifest = {}) {
    Told told(manifest);
    return entry_of("{\"struct_type\":\"node\",\"mtime\":\"2001-02-03T04:05:06.5Z\"," + members + "}", told);
}

TEST(ResticContents, ModesOfGoAreModes) {
    EXPECT_EQ(entry(R"("path":"/jail/a","type":"file","mode":420)")["mode"].num(), 0644);
    EXPECT_EQ(entry(R"("path":"/jail/a","type":"file","mode":8389101)")["mode"].num(), 04755);
    EXPECT_EQ(entry(R"("path":"/jail/a","type":"dir","mode":2151678445)")["mode"].num(), 02755);
    EXPECT_EQ(entry(R"("path":"/jail/a","type":"dir","mode":2148532735)")["mode"].num(), 01777);
}

TEST(ResticContents, TimesAreThoseOfTheirZone) {
    const auto seconds = [](const std::string& time) {
        Told told("");
        return entry_of(R"({"struct_type":"node","path":"/jail","type":"dir","mtime":")" + time + "\"}", told);
    };
    EXPECT_EQ(seconds("2001-02-03T04:05:06.5Z")["modified"].num(), 981173106);
    EXPECT_EQ(seconds("2001-02-03T04:05:06.5Z")["nanoseconds"].num(), 500000000);
    EXPECT_EQ(seconds("2001-02-03T06:35:06+02:30")["modified"].num(), 981173106);
    EXPECT_EQ(seconds("2001-02-03T01:35:06.000000001-02:30")["modified"].num(), 981173106);
    EXPECT_EQ(test::code_thrown_by([&] { (void)seconds("yesterday"); }), Errc::damaged);
}

TEST(ResticContents, OnlyTheJailsOwnEntriesAreListed) {
    EXPECT_EQ(entry(R"("path":"/jail","type":"dir")")["path"].str(), ".");
    EXPECT_TRUE(entry(R"("path":"/jailctl/manifest","type":"file")").is_null());
    EXPECT_EQ(entry(R"("path":"/jail/s","type":"socket")")["type"].str(), "socket");
    EXPECT_TRUE(entry(R"("path":"/jail/s","type":"irregular")").is_null());
    Told told("");
    EXPECT_TRUE(entry_of(R"({"struct_type":"snapshot","path":"/jail","type":"dir"})", told).is_null());
}

TEST(ResticContents, TheManifestTellsWhatResticDoesNot) {
    const std::string manifest = "{\"target\":\"../x\",\"path\":\"l\"}\n{\"major\":1,\"minor\":3,\"path\":\"null\"}\n";
    EXPECT_EQ(entry(R"("path":"/jail/l","type":"symlink")", manifest)["target"].str(), "../x");
    EXPECT_EQ(entry(R"("path":"/jail/null","type":"chardev")", manifest)["minor"].num(), 3);
    EXPECT_TRUE(entry(R"("path":"/jail/l","type":"file")", manifest)["target"].is_null()) << "it changed in between";
}

TEST(ResticContents, NamesThatLookTheSameAreToldApartByTheirOrder) {
    Told told("{\"path\":\"a\\\\xFF\"}\n{\"path\":\"a\\\\xFE\"}\n");
    const std::string line =
        R"({"struct_type":"node","path":"/jail/a\ufffd","type":"file","mtime":"2001-02-03T04:05:06Z"})";
    EXPECT_EQ(entry_of(line, told)["path"].str(), "a\\xFE");
    EXPECT_EQ(entry_of(line, told)["path"].str(), "a\\xFF");
}

}  // namespace
}  // namespace jailctl::restic
