#include "archive_names.hpp"

#include <gtest/gtest.h>

namespace jailctl::backup {
namespace {

constexpr std::int64_t taken = 1795447920;  // 2026-11-23 15:32:00 UTC

TEST(ArchiveNames, NameTimeAndSequenceComeBack) {
    for (const int sequence : {1, 2, 10}) {
        const auto name = make_archive_name("chii.domaine.com", taken, sequence, "tar.gz");
        const auto parsed = parse_archive_name(name);
        ASSERT_TRUE(parsed) << name;
        EXPECT_EQ(parsed->jail, "chii.domaine.com");
        EXPECT_EQ(parsed->taken, taken);
        EXPECT_EQ(parsed->sequence, sequence);
    }
}

TEST(ArchiveNames, TheFirstOfASecondHasNoNumber) {
    EXPECT_EQ(make_archive_name("chii.domaine.com", taken, 1, "tar.gz"), "chii.domaine.com-20261123T153200Z.tar.gz");
    EXPECT_EQ(make_archive_name("chii.domaine.com", taken, 2, "tar"), "chii.domaine.com-20261123T153200Z-2.tar");
}

TEST(ArchiveNames, TheOriginalsNameHasNoTime) {
    const auto parsed = parse_archive_name("Chii.domaine.com.tar.gz");
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->jail, "chii.domaine.com");
    EXPECT_EQ(parsed->taken, 0);
}

TEST(ArchiveNames, AJailWhoseNameEndsInANumberIsNoSequence) {
    const auto parsed = parse_archive_name("web-2-20261123T153200Z.tar.gz");
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->jail, "web-2");
    EXPECT_EQ(parsed->sequence, 1);
}

TEST(ArchiveNames, OtherFilesAreNoArchives) {
    for (const char* file : {"notes.txt", ".jailctl-backup-a.partial", "a b.tar.gz", ".tar.gz", "-.tar", "chii"})
        EXPECT_FALSE(parse_archive_name(file)) << file;
}

TEST(ArchiveNames, TheEndingTellsTheFormat) {
    EXPECT_EQ(format_of("x.tar.gz"), "tar.gz");
    EXPECT_EQ(format_of("x.tgz"), "tar.gz");
    EXPECT_EQ(format_of("x.tar.zst"), "tar.zst");
    EXPECT_EQ(format_of("x.tar"), "tar");
    EXPECT_FALSE(format_of("x.zip"));
}

}  // namespace
}  // namespace jailctl::backup
