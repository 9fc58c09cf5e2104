#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "support.hpp"

/// The product's whole way with BACKUP_BACKEND=restic, repository on disk.
namespace jailctl::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class Restic : public testing::Test {
protected:
    void SetUp() override {
        JAILCTL_NEEDS_ROOT();
        if (find_program("restic").empty()) GTEST_SKIP() << "restic is not installed";
        site_ = std::make_unique<Site>(std::vector<std::string>{"a.test:192.0.2.1"});
        spit(site_->path() / "password", restic_password, 0600);
        configure();
        tree_ = site_->root("a.test");
        fs::create_directories(tree_ / "etc");
        spit(tree_ / "etc/motd", "kept by restic\n");
    }
    void configure(const std::string& more = {}) {
        site_->configure({"a.test:192.0.2.1"},
                         "BACKUP_BACKEND=restic\nRESTIC_REPOSITORY=" + (site_->path() / "repository").string() +
                             "\nRESTIC_PASSWORD_FILE=" + (site_->path() / "password").string() + "\n" + more);
    }
    void sh(const std::string& script) const {
        const auto result = run_command({"/bin/sh", "-ec", "cd " + tree_.string() + "; " + script});
        ASSERT_EQ(result.status, 0) << script << result.all();
    }
    /// Everything find, getfattr and lsattr know of the tree.
    [[nodiscard]] std::string portrait() const {
        const auto result = run_command({"/bin/sh", "-ec",
            "cd " + tree_.string() + "; find . -printf '%P|%y|%m|%U|%G|%T@|%l|%n|%s\n' | LC_ALL=C sort; "
            "find . -type f -exec sha256sum {} + | LC_ALL=C sort; find . -print0 | LC_ALL=C sort -z | "
            "xargs -0 getfattr -h -d -m - -e hex --; lsattr -Ra . | grep -v 'Operation not supported' | LC_ALL=C sort; "
            "find . -type b -o -type c | xargs stat -c '%n %t:%T'"});
        EXPECT_EQ(result.status, 0) << result.err;
        return result.out;
    }
    std::unique_ptr<Site> site_;
    fs::path tree_;
};

TEST_F(Restic, AnAwkwardTreeComesBackWhole) {
    sh("printf x > plain; touch -d '2001-02-03 04:05:06.123456789' plain; ln plain second-name; chown 12345:3000000 "
       "second-name;chmod 4755 plain; mkdir -m 1777 tmp; mkdir -m 2755 gives-group; ln -s plain link; touch -h -d "
       "'1999-01-01 00:00:00.5' link;setfattr -h -n trusted.on-link -v deep link; ln link link-second-name; mkfifo -m "
       "640 fifo; mknod null c 1 3;ln null null-second-name; mknod disk b 259 4097; setfattr -n user.one -v two plain; "
       "setfattr -n trusted.three -v four etc; setfattr -n 'user.with=equals' -v kept plain; "
       "setfacl -m u:1234:rx plain; setfacl -d -m g:77:rwx tmp; ln -s \"$(printf 'bad\\377text')\" odd-link; "
       "printf name > \"$(printf 'odd\\377name')\"; printf n > \"$(printf 'new\\nline')\"; "
       "printf c > \"$(printf 'cafe\\314\\201')\"; truncate -s 8M holes; printf middle | "
       "dd of=holes bs=1 seek=4194304 conv=notrunc 2>/dev/null; printf d > "
       "no-dump; chattr +d no-dump;printf i > immutable; chattr +i immutable; mkdir append; chattr +a append; touch -d "
       "'2002-02-02 02:02:02.2' etc");
    ASSERT_EQ(::mknod((tree_ / "tmp/socket").c_str(), S_IFSOCK | 0620, 0), 0);
    ASSERT_EQ(::lchown((tree_ / "tmp/socket").c_str(), 12, 3000000), 0);
    const std::string before = portrait();
    const auto stored = site_->jailctl({"backup", "a.test"});
    ASSERT_EQ(stored.status, 0) << stored.all();
    EXPECT_THAT(stored.out, HasSubstr("Made the restic repository"));
    sh("chattr -i immutable; chattr -a append");
    fs::rename(tree_, site_->path() / "gone");
    const auto restored = site_->jailctl({"restore", "a.test"});
    ASSERT_EQ(restored.status, 0) << restored.all();
    // The top directory is jailctl's, not the backup's.
    const auto without_top = [](const std::string& text) { return text.substr(text.find('\n')); };
    EXPECT_EQ(without_top(portrait()), without_top(before));
    const auto blocks = run_command({"stat", "-c", "%b", (tree_ / "holes").string()});
    EXPECT_LT(std::stoi(blocks.out), 64) << "holes are holes again";
    sh("chattr -i immutable; chattr -a append");
    EXPECT_TRUE(site_->leftovers().empty());
}

TEST_F(Restic, ContentsTellWhatIsInIt) {
    make_quick_repository(site_->path() / "repository");
    sh("ln -s motd etc/link; mknod null c 1 3; mkfifo fifo; printf abc > \"$(printf 'odd\\377name')\"; printf d > "
       "\"$(printf 'odd\\376name')\";"
       "touch -d '2001-02-03 04:05:06.5 UTC' etc/motd; chown 12:34 etc/motd; chmod 4750 etc/motd; mkdir -m 1777 tmp; "
       "ln -s x \"$(printf 'to\\xff')\"");
    ASSERT_EQ(site_->jailctl({"backup", "a.test"}).status, 0);
    const Value document = site_->json({"backups", "--contents", "a.test"});
    std::map<std::string, Value> entries;
    for (const auto& entry : document["entries"].items()) entries[entry["path"].str()] = entry;
    const Value& motd = entries["etc/motd"];
    EXPECT_EQ(motd["type"].str(), "file");
    EXPECT_EQ(motd["mode"].num(), 04750);
    EXPECT_EQ(motd["uid"].num(), 12);
    EXPECT_EQ(motd["gid"].num(), 34);
    EXPECT_EQ(motd["size"].num(), 15);
    EXPECT_EQ(motd["modified"].num(), 981173106);
    EXPECT_EQ(motd["nanoseconds"].num(), 500000000);
    EXPECT_EQ(entries["etc/link"]["target"].str(), "motd");
    EXPECT_EQ(entries["null"]["type"].str(), "char");
    EXPECT_EQ(entries["null"]["minor"].num(), 3);
    EXPECT_EQ(entries["fifo"]["type"].str(), "fifo");
    EXPECT_EQ(entries["tmp"]["mode"].num(), 01777);
    EXPECT_TRUE(entries.contains("odd\\xFFname") || entries.contains("odd\\xffname")) << to_json(document);
    EXPECT_EQ(entries.count("."), 1U);
    EXPECT_THAT(site_->jailctl({"backups", "--contents", "a.test"}).out, HasSubstr("etc/link -> motd"));
}

TEST_F(Restic, SingleFilesComeOutAsOutOfAnArchive) {
    make_quick_repository(site_->path() / "repository");
    sh("mkdir -p deep/er; printf one > deep/er/file; ln deep/er/file deep/second; printf star > 'deep/[a*]?'; printf "
       "no > 'deep/ab';mknod deep/null c 1 3; printf i > deep/immutable; chattr +i deep/immutable; printf abc > "
       "\"$(printf 'odd\\377name')\"");
    ASSERT_EQ(::mknod((tree_ / "deep/er/socket").c_str(), S_IFSOCK | 0640, 0), 0);
    ASSERT_EQ(site_->jailctl({"backup", "a.test"}).status, 0);
    sh("chattr -i deep/immutable");
    const auto target = site_->path() / "taken";
    const auto to = "--to=" + target.string();
    fs::create_directory(target);
    const auto printed = site_->jailctl({"extract", "--to=-", "a.test", "etc/motd"});
    EXPECT_EQ(printed.status, 0) << printed.err;
    EXPECT_EQ(printed.out, "kept by restic\n");
    EXPECT_EQ(site_->jailctl({"extract", to, "a.test", "deep/[a*]?"}).status, 0);
    EXPECT_EQ(slurp(target / "deep/[a*]?"), "star");
    EXPECT_FALSE(fs::exists(target / "deep/ab")) << "the name is no pattern";
    EXPECT_EQ(site_->jailctl({"extract", to, "a.test", "odd\\xFFname"}).status, 0);
    EXPECT_EQ(slurp(target / "odd\377name"), "abc");
    fs::remove_all(target / "deep");
    const auto all = site_->jailctl({"extract", to, "a.test", "deep"});
    EXPECT_EQ(all.status, 0) << "this host made it: " << all.all();
    EXPECT_EQ(slurp(target / "deep/er/file"), "one");
    EXPECT_EQ(fs::hard_link_count(target / "deep/second"), 2U);
    EXPECT_TRUE(fs::is_character_file(target / "deep/null"));
    EXPECT_TRUE(fs::is_socket(target / "deep/er/socket"));
    EXPECT_THAT(run_command({"lsattr", (target / "deep/immutable").string()}).out, HasSubstr("i---"));
    EXPECT_EQ(site_->jailctl({"extract", to, "a.test", "deep"}).status, 1) << "it stands there";
    EXPECT_EQ(site_->jailctl({"extract", to, "a.test", "nothing/here"}).status, 1);
    EXPECT_EQ(site_->jailctl({"extract", "--to=-", "a.test", "etc"}).status, 1) << "a directory";
    EXPECT_TRUE(fs::is_empty(site_->state() / "restic-scratch"));
}

TEST_F(Restic, ALoneSocketComesOutAndAllAreCounted) {
    sh("mkdir -p run/deep; chmod 750 run");
    ASSERT_EQ(::mknod((tree_ / "run/deep/socket").c_str(), S_IFSOCK | 0640, 0), 0);
    EXPECT_EQ(site_->json({"backup", "a.test"})["jails"].items().at(0)["backup"]["sockets"].num(), 1);
    const auto target = site_->path() / "taken";
    fs::create_directory(target);
    const auto extract = [&] {
        return site_->jailctl({"extract", "--to=" + target.string(), "a.test", "run/deep/socket"});
    };
    const auto taken = extract();
    EXPECT_EQ(taken.status, 0) << taken.all();
    EXPECT_TRUE(fs::is_socket(target / "run/deep/socket"));
    EXPECT_EQ(site_->jailctl({"extract", "--to=" + target.string(), "a.test", "run/deep/none"}).status, 1);
    fs::remove_all(target / "run");
    fs::remove_all(site_->state() / "restic");  // as on a host that did not make it
    const auto foreign = extract();
    EXPECT_EQ(foreign.status, 4) << foreign.all();
    EXPECT_THAT(foreign.err, HasSubstr("run/deep/socket: a socket"));
    EXPECT_TRUE(fs::is_empty(site_->state() / "restic-scratch"));
}

TEST_F(Restic, ListsVerifiesAndFindsDamage) {
    fs::create_directory(site_->path() / "jails.d");
    ASSERT_EQ(site_->jailctl({"backup", "a.test"}).status, 0);
    EXPECT_THAT(site_->jailctl({"backups", "a.test"}).out, ::testing::ContainsRegex("cold  verified 2.*  snapshot/"))
        << "it was read back";
    configure("RESTIC_READ_BACK=no\n");
    ASSERT_EQ(site_->jailctl({"backup", "a.test"}).status, 0);
    EXPECT_THAT(site_->jailctl({"backups", "a.test"}).out, ::testing::ContainsRegex("cold  not verified +snapshot/"));
    EXPECT_THAT(site_->jailctl({"verify", "a.test"}).out, HasSubstr(": good, "));
    EXPECT_THAT(site_->jailctl({"backups", "a.test"}).out, Not(HasSubstr("not verified")));
    spit(site_->path() / "jails.d/a.test.conf", "BACKUP_BACKEND=archive\n", 0600);
    EXPECT_THAT(site_->jailctl({"backups", "a.test"}).out, HasSubstr("no backups"));
    ASSERT_EQ(site_->jailctl({"backup", "a.test"}).status, 0);
    EXPECT_THAT(site_->jailctl({"backups"}).out, ::testing::AllOf(HasSubstr("snapshot/"), HasSubstr(".tar.gz")))
        << "both backends' are listed";
    fs::remove(site_->path() / "jails.d/a.test.conf");
    for (const auto& entry : fs::recursive_directory_iterator(site_->path() / "repository/data"))
        if (entry.is_regular_file()) fs::resize_file(entry.path(), entry.file_size() - 7);
    EXPECT_EQ(site_->jailctl({"verify", "a.test"}).status, 1);
}

TEST_F(Restic, ASnapshotIsNamedAsItIsListed) {
    ASSERT_EQ(site_->jailctl({"backup", "a.test"}).status, 0);
    ASSERT_EQ(site_->jailctl({"backup", "a.test"}).status, 0);
    const std::string first = site_->json({"backups", "a.test"})["backups"].items().at(0)["id"].str();
    ASSERT_TRUE(first.starts_with("snapshot/")) << first;
    EXPECT_EQ(site_->jailctl({"protect", first}).out, first + " is protected: expire passes it by\n");
    EXPECT_TRUE(site_->json({"backups", "a.test"})["backups"].items().at(0)["protect"].truth());
    EXPECT_TRUE(site_->jailctl({"verify", first}).out.starts_with(first + ": good, "));
    const auto other = site_->jailctl({"protect", "snapshot/00000000"});
    EXPECT_EQ(other.status, 1) << other.all();
    EXPECT_THAT(other.err, HasSubstr("snapshot/00000000 is no backup"));
    ASSERT_EQ(site_->jailctl({"delete", "a.test", "--yes"}).status, 0);
    EXPECT_THAT(site_->jailctl({"restore", "a.test", first}).out, HasSubstr("\n" + first + ": "));
}

/// `status` asks no repository: it goes by what was noted, and of the newest one that is usable.
TEST_F(Restic, TheNewestUsableOneIsToldWhereTheNewestIsDamaged) {
    make_quick_repository(site_->path() / "repository");
    const auto newest = [&] { return site_->json({"backups", "a.test"})["backups"].items().back(); };
    const auto sample = [&] {
        const std::string out = site_->jailctl({"status", "--prometheus"}).out,
                          name = "last_backup_time_seconds{jail=\"a.test\"} ";
        const auto at = out.find(name);
        return at == std::string::npos ? "none" : out.substr(at + name.size(), out.find('\n', at) - at - name.size());
    };
    EXPECT_EQ(sample(), "none");
    ASSERT_EQ(site_->jailctl({"backup", "a.test"}).status, 0);
    const Value older = newest();
    const auto packs = [&] {
        std::set<fs::path> found;
        for (const auto& entry : fs::recursive_directory_iterator(site_->path() / "repository/data"))
            if (entry.is_regular_file()) found.insert(entry.path());
        return found;
    };
    const auto of_older = packs();
    sh("printf 'another content' > etc/motd; sleep 1.1");  // the time of a backup is in seconds
    ASSERT_EQ(site_->jailctl({"backup", "a.test"}).status, 0);
    const Value newer = newest();
    EXPECT_EQ(sample(), std::to_string(newer["taken"].num()));
    for (const auto& pack : packs())
        if (!of_older.contains(pack)) spit(pack, std::string(fs::file_size(pack), 'x'));
    EXPECT_EQ(site_->jailctl({"verify", "a.test"}).status, 1);
    EXPECT_EQ(sample(), std::to_string(older["taken"].num()));
    EXPECT_EQ(site_->json({"status", "--wide"})["jails"].items().at(0)["last_backup"]["id"].str(), newer["id"].str());
}

/// Two configurations, or two hosts, keep backups of jails of one name in the same repository.
TEST_F(Restic, WhatAnotherConfigurationMadeIsNotExpiredAndNotTakenForOurs) {
    make_quick_repository(site_->path() / "repository");
    configure("BACKUP_KEEP=last=1\n");
    const OtherSite other(*site_);
    const auto ids = [&] {
        std::vector<std::string> found;
        const Value listed = site_->json({"backups", "a.test"});
        for (const auto& backup : listed["backups"].items()) found.push_back(backup["id"].str());
        return found;
    };
    ASSERT_EQ(other.jailctl({"backup", "a.test"}).status, 0);
    const std::string theirs = ids().at(0);
    for (int count = 0; count < 2; ++count) {
        const auto made = site_->jailctl({"backup", "a.test"});
        ASSERT_EQ(made.status, 0) << made.all();
    }
    ASSERT_EQ(ids().size(), 2U) << "last=1 of ours, and theirs";
    EXPECT_EQ(ids().at(0), theirs);
    const std::string ours = ids().at(1);
    EXPECT_THAT(site_->jailctl({"expire", "--verbose"}).out, HasSubstr(theirs + "  not made by this configuration"));

    fs::remove_all(site_->state());  // who lost it is the same one afterwards
    EXPECT_THAT(site_->jailctl({"expire", "--verbose"}).out, Not(HasSubstr(ours + "  not made by this configuration")));
    sh("printf 'of the other' > etc/motd; sleep 1.1");  // the time of a backup is in seconds
    ASSERT_EQ(other.jailctl({"backup", "a.test"}).status, 0);
    EXPECT_EQ(ids().at(0), ours) << "they expire their own";
    fs::remove_all(tree_);
    const auto restored = site_->jailctl({"restore", "a.test"});
    EXPECT_NE(restored.status, 1) << restored.all();
    EXPECT_EQ(slurp(tree_ / "etc/motd"), "kept by restic\n") << "theirs is newer, ours is chosen";
}

TEST_F(Restic, ExcludesAsTarDoes) {
    configure("BACKUP_EXCLUDE=\"--exclude ./var/cache/* --exclude *.pyc --exclude a*z\"");
    sh("mkdir -p var/cache/deep lib/a/b jail; echo 1 > var/cache/deep/x; echo 2 > lib/m.pyc; echo 3 > lib/m.py;"
       "echo 4 > lib/a/b/z; echo 5 > lib/a/b/y; echo 6 > jail/kept");
    ASSERT_EQ(site_->jailctl({"backup", "a.test"}).status, 0);
    fs::rename(tree_, site_->path() / "gone");
    ASSERT_EQ(site_->jailctl({"restore", "a.test"}).status, 0);
    const auto listed =
        run_command({"/bin/sh", "-c", "cd " + tree_.string() + "; find . -mindepth 1 | LC_ALL=C sort | tr '\\n' ' '"});
    EXPECT_EQ(listed.out,
              "./etc ./etc/motd ./jail ./jail/kept ./lib ./lib/a ./lib/a/b ./lib/a/b/y ./lib/m.py ./var ./var/cache ");
}

TEST_F(Restic, HolesBeyondTheBoundAreLeftOutAndNamed) {
    configure("RESTIC_HOLES=2M\n");
    sh("truncate -s 1M small; truncate -s 4T 'la[r]ge *'; printf x > whole");
    const auto stored = site_->jailctl({"backup", "a.test"});
    EXPECT_EQ(stored.status, 4) << stored.all();
    EXPECT_THAT(stored.all(),
                HasSubstr("la[r]ge *: its holes, 4.4 TB, are more than what RESTIC_HOLES leaves, 2.1 MB in all"));
    const auto listed = site_->jailctl({"backups", "a.test", "--contents"});
    EXPECT_THAT(listed.out, AllOf(HasSubstr(" small\n"), HasSubstr(" whole\n"), Not(HasSubstr("ge *\n"))));
    fs::rename(tree_, site_->path() / "gone");
    EXPECT_EQ(site_->jailctl({"restore", "a.test"}).status, 0);
    EXPECT_TRUE(fs::exists(tree_ / "small"));
    sh("for i in $(seq 101); do truncate -s 3M hole$i; done");
    const auto refused = site_->jailctl({"backup", "a.test"});
    EXPECT_EQ(refused.status, 1) << refused.all();
    EXPECT_THAT(refused.err, HasSubstr("101 files of jail a.test have holes beyond RESTIC_HOLES"));
    EXPECT_THAT(refused.err, HasSubstr("BACKUP_EXCLUDE"));
    EXPECT_TRUE(site_->leftovers().empty());
}

TEST_F(Restic, ASnapshotOfAnotherHostPassesTheAllowList) {
    sh("mknod null c 1 3; setfattr -n trusted.x -v y etc/motd; setfattr -n user.x -v y etc/motd");
    ASSERT_EQ(site_->jailctl({"backup", "a.test"}).status, 0);
    fs::rename(tree_, site_->path() / "gone");
    fs::remove_all(site_->state() / "restic");
    const auto restored = site_->jailctl({"restore", "a.test"});
    EXPECT_EQ(restored.status, 4) << restored.all();
    EXPECT_FALSE(fs::exists(tree_ / "null"));
    const auto attributes =
        run_command({"getfattr", "-d", "-m", "-", "--absolute-names", (tree_ / "etc/motd").string()});
    EXPECT_THAT(attributes.out, HasSubstr("user.x"));
    EXPECT_THAT(attributes.out, Not(HasSubstr("trusted.x")));
}

TEST_F(Restic, WhatIsMissingIsSaid) {
    site_->configure({"a.test:192.0.2.1"}, "BACKUP_BACKEND=restic");
    const auto unset = site_->jailctl({"backup", "a.test"});
    EXPECT_NE(unset.status, 0);
    EXPECT_THAT(unset.err, HasSubstr("BACKUP_BACKEND=restic needs RESTIC_REPOSITORY"));
    configure();
    fs::permissions(site_->path() / "password", fs::perms::owner_read | fs::perms::others_read);
    const auto open = site_->jailctl({"backup", "a.test"});
    EXPECT_EQ(open.status, 1);
    EXPECT_THAT(open.err, HasSubstr("can be read by others"));
    const auto checked = site_->jailctl({"config", "check"});
    EXPECT_EQ(checked.status, 2);
    EXPECT_THAT(checked.all(), HasSubstr("error: RESTIC_PASSWORD_FILE: "));
    EXPECT_FALSE(fs::exists(site_->path() / "repository"));
}

}  // namespace
}  // namespace jailctl::test
