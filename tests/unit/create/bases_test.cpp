#include <gtest/gtest.h>

#include <map>

#include "base_debootstrap.hpp"
#include "checksum.hpp"
#include "debian_word.hpp"
#include "elf.hpp"
#include "jailctl/sdk/error.hpp"
#include "mmdebstrap.hpp"
#include "skeleton.hpp"
#include "support.hpp"

namespace jailctl::create {

namespace {
const std::string digest(64, 'a');

std::string none(const std::string&) { return {}; }
}  // namespace

TEST(Skeleton, ReadsDirectoriesFilesAndLinks) {
    const Value entries = skeleton_entries("# comment\ndir 1777 tmp\nfile 0600 etc/x\nlink 0777 var/run /run\n\n",
                                           [](const std::string& path) { return "content of " + path; });
    ASSERT_EQ(entries.items().size(), 3U);
    EXPECT_EQ(entries.items()[0]["mode"].num(), 01777);
    EXPECT_EQ(entries.items()[1]["content"].str(), "content of etc/x");
    EXPECT_EQ(entries.items()[2]["target"].str(), "/run");
}

TEST(Skeleton, NamesTheLineItDoesNotUnderstand) {
    for (const char* bad : {"dir 0755", "dir 99 x", "dir 10000 x", "pipe 0755 x", "link 0777 x", "file 0644 x y"}) {
        try {
            (void)skeleton_entries(std::string("dir 0755 etc\n") + bad + "\n", none);
            ADD_FAILURE() << bad;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), Errc::damaged);
            EXPECT_NE(std::string(error.what()).find("line 2"), std::string::npos) << error.what();
        }
    }
}

TEST(Skeleton, TheShippedOneIsWholeAndInOrder) {
    const std::filesystem::path base = std::filesystem::path(JAILCTL_BASES) / "busybox";
    std::map<std::string, std::int64_t> modes{{"", 0755}};
    const auto content = [&](const std::string& path) {
        EXPECT_TRUE(std::filesystem::is_regular_file(base / "root" / path)) << path;
        return test::slurp(base / "root" / path);
    };
    const Value entries = skeleton_entries(test::slurp(base / "skeleton"), content);
    for (const Value& entry : entries.items()) {
        const std::filesystem::path path = entry["path"].str();
        EXPECT_TRUE(modes.contains(path.parent_path().string())) << path << " stands before its directory";
        EXPECT_TRUE(modes.emplace(path.string(), entry["mode"].num()).second) << path << " stands twice";
    }
    for (const auto& file : std::filesystem::recursive_directory_iterator(base / "root")) {
        EXPECT_TRUE(modes.contains(file.path().lexically_relative(base / "root").string())) << file.path();
    }
    EXPECT_EQ(modes.at("tmp"), 01777);
    EXPECT_EQ(modes.at("root"), 0700);
    EXPECT_EQ(modes.at("etc/shadow"), 0600);
    EXPECT_EQ(modes.at("etc/rc"), 0755);
}

TEST(Applets, BecomeLinksWhereBusyboxPutsThem) {
    Value entries = Value::array();
    add_applets(entries, "bin/busybox\nbin/sh\nusr/bin/[\nlinuxrc\n../evil\nbin/..\nbin/a/b\nbin/sh\nsbin/init",
                "bin/busybox");
    ASSERT_EQ(entries.items().size(), 3U);
    EXPECT_EQ(entries.items()[0]["path"].str(), "bin/sh");
    EXPECT_EQ(entries.items()[1]["path"].str(), "usr/bin/[");
    EXPECT_EQ(entries.items()[2]["path"].str(), "sbin/init");
    EXPECT_EQ(entries.items()[2]["target"].str(), "/bin/busybox");
}

TEST(StaticProgram, IsToldFromWhatNeedsALoader) {
    const std::string own = test::slurp("/proc/self/exe");
    EXPECT_EQ(why_not_static(own), "needs a dynamic loader");
    EXPECT_EQ(why_not_static("#!/bin/sh\n"), "is no ELF program");
    EXPECT_EQ(why_not_static(""), "is no ELF program");
    EXPECT_EQ(why_not_static(std::string_view(own).substr(0, 80)), "is cut short");
    std::string other = own;
    other[4] = static_cast<char>(3 - other[4]);  // EI_CLASS: 32 and 64 bits are 1 and 2
    EXPECT_EQ(why_not_static(other), "is for another machine");
}

TEST(ArchiveWord, TakesAPathAndAChecksum) {
    const auto plain = parse_archive_word("/srv/base#1.tar.gz");
    EXPECT_EQ(plain.file, "/srv/base#1.tar.gz");
    EXPECT_FALSE(plain.sha256);
    const auto summed = parse_archive_word("/srv/base.txz#sha256=" + std::string(64, 'A'));
    EXPECT_EQ(summed.file, "/srv/base.txz");
    EXPECT_EQ(summed.sha256, digest);
    EXPECT_THROW((void)parse_archive_word("base.txz"), Error);
    EXPECT_THROW((void)parse_archive_word(""), Error);
    EXPECT_THROW((void)parse_archive_word("/b.txz#sha256=abc"), Error);
}

TEST(ChecksumFile, IsReadAsTheUsualToolsWriteIt) {
    const std::string other(64, 'b');
    EXPECT_EQ(digest_in(digest + "\n", "/srv/base.txz"), digest);
    EXPECT_EQ(digest_in(digest + "  base.txz\n", "/srv/base.txz"), digest);
    EXPECT_EQ(digest_in(digest + " *base.txz\n", "/srv/base.txz"), digest);
    EXPECT_EQ(digest_in("SHA256 (base.txz) = " + digest + "\n", "/srv/base.txz"), digest);
    EXPECT_EQ(digest_in(other + "  kernel.txz\n" + digest + "  ./base.txz\n", "/srv/base.txz"), digest);
    EXPECT_EQ(digest_in(other + "  kernel.txz\n", "/srv/base.txz"), std::nullopt);
    EXPECT_EQ(digest_in("no digest here\n", "/srv/base.txz"), std::nullopt);
    EXPECT_EQ(digest_in("", "/srv/base.txz"), std::nullopt);
}

TEST(DebianWord, TakesASuiteAndAMirror) {
    EXPECT_EQ(parse_debian_word("bookworm").suite, "bookworm");
    EXPECT_EQ(parse_debian_word("bookworm,http://deb.debian.org/debian").mirror, "http://deb.debian.org/debian");
    const auto wide = parse_debian_word("bookworm,systemd-sysv,g++,dbus,http://deb.debian.org/debian");
    EXPECT_EQ(wide.suite, "bookworm");
    EXPECT_EQ(wide.packages, "systemd-sysv,g++,dbus");
    EXPECT_EQ(wide.mirror, "http://deb.debian.org/debian");
    EXPECT_EQ(parse_debian_word("bookworm,libstdc++6").packages, "libstdc++6");
    for (const char* bad :
         {"", "-x", "a b", "bookworm,a,-x", "bookworm,a,,b", "bookworm,a b", "bookworm,http://a,http://b", "book;worm",
          "bookworm,", "bookworm,-o", "bookworm,http://a b", "bookworm,ftp://x",
          "bookworm,http://me:secret@mirror/debian", "bookworm,https://me@mirror", "bookworm,file:///tmp/debian",
          "bookworm,deb [trusted=yes] http://x"}) {
        EXPECT_THROW((void)parse_debian_word(bad), Error) << bad;
    }
}

TEST(DebianReport, TheLineThatSaysWhyIsFound) {
    const std::string common = "I: running apt-get update...\nIgn:1 http://m/debian bookworm InRelease\n";
    const std::string end =
        "Reading package lists...\nE: apt-get update --error-on=any failed\nE: mmdebstrap failed to run\n";
    EXPECT_EQ(why_no_debian(common +
                            "Err:2 http://m/debian bookworm Release\n  404  File not found [IP: 192.0.2.1 80]\n"
                            "E: The repository 'http://m/debian bookworm Release' does not have a Release file.\n" +
                            end),
              "http://m/debian bookworm Release: 404  File not found [IP: 192.0.2.1 80]");
    EXPECT_EQ(why_no_debian("I: running apt-get install...\nE: Unable to locate package nosuch\n" + end),
              "Unable to locate package nosuch");
    EXPECT_EQ(why_no_debian("E: first\nE: second\n"), "first");
    EXPECT_EQ(why_no_debian("one\nthe last\n\n"), "the last");
    EXPECT_EQ(why_no_debian("Err:1 cut off"), "Err:1 cut off");
    EXPECT_EQ(why_no_debian(""), "");
}

}  // namespace jailctl::create
