// What ZFS needs no kernel for: what zfs(8) is asked, and what stands beside a root for a snapshot.
// The rest is tests/vm/zfs.
#include "storage_zfs.hpp"

#include <algorithm>
#include <fcntl.h>
#include <functional>
#include <gmock/gmock.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "sentence.hpp"
#include "support.hpp"

namespace jailctl::create {
namespace {

namespace fs = std::filesystem;

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Knows the pool "tank", keeps its snapshots in a file, and writes down what it is asked.
constexpr const char* fake_zfs = R"(#!/bin/sh
here=$(dirname "$0")
echo "$*" >>"$here/calls"
say() { echo "$1" >&2; exit 1; }
taken() { grep -qxF "$1" "$here/snapshots"; }
case $1 in
snapshot)
    [ ! -e "$here/full" ] || say "cannot create snapshot '$2': out of space"
    taken "$2" && say "cannot create snapshot '$2': dataset already exists"
    echo "$2" >>"$here/snapshots" ;;
destroy)
    [ ! -e "$here/denied" ] || say "cannot destroy snapshot $2: permission denied"
    if [ -e "$here/busy" ]; then rm "$here/busy"; say "cannot destroy snapshot $2: dataset is busy"; fi
    taken "$2" || say "could not find any snapshots to destroy; check snapshot names."
    grep -vxF "$2" "$here/snapshots" >"$here/left"; mv "$here/left" "$here/snapshots" ;;
list)
    [ "$2 $3 $4 $5" = "-H -o name -t" ] || exit 2
    case $7 in *@*) taken "$7" ;; *) [ "$7" = tank ] ;; esac || say "cannot open '$7': dataset does not exist" ;;
*) exit 2 ;;
esac
)";

class Zfs : public ::testing::Test {
protected:
    Zfs() {
        test::spit(scratch_ / "zfs", fake_zfs, 0755);
        test::spit(scratch_ / "snapshots", "tank/jails@hourly\n");
    }
    [[nodiscard]] std::vector<std::string> lines(const std::string& file) const {
        std::istringstream text(scratch_.read(file));
        std::vector<std::string> all;
        for (std::string line; std::getline(text, line);) all.push_back(line);
        return all;
    }
    test::Scratch scratch_;
    ZfsProgram zfs_{(scratch_ / "zfs").string()};
};

TEST_F(Zfs, TakesAndDestroysTheOneSnapshot) {
    zfs_.take("tank/jails@x", -1);
    EXPECT_THAT(lines("snapshots"), ElementsAre("tank/jails@hourly", "tank/jails@x"));
    zfs_.destroy("tank/jails@x");
    EXPECT_THAT(lines("snapshots"), ElementsAre("tank/jails@hourly"));
    EXPECT_THAT(lines("calls"), ElementsAre("snapshot tank/jails@x", "destroy tank/jails@x"));
}

/// A pool whose disks are gone, and a program that obeys nobody.
TEST_F(Zfs, ThatDoesNotEndIsNotWaitedForForEver) {
    test::spit(scratch_ / "zfs", "#!/bin/sh\ntrap '' TERM\nwhile :; do sleep 60; done\n", 0755);
    const ZfsProgram hangs((scratch_ / "zfs").string(), std::chrono::milliseconds(200));
    for (const auto& [what, work] :
         {std::pair<std::string, std::function<void()>>{"snapshot", [&] { hangs.take("tank/jails@x", -1); }},
          {"destroy", [&] { hangs.destroy("tank/jails@x"); }}}) {
        const Error error = test::error_of(work);
        EXPECT_EQ(error.code(), Errc::timeout);
        EXPECT_THAT(error.what(), HasSubstr("zfs " + what + " tank/jails@x: "));
        EXPECT_THAT(error.hint(), HasSubstr("zpool status"));
    }
}

TEST_F(Zfs, ReplacesWhatALostDirectoryLeft) {
    zfs_.take("tank/jails@x", -1);
    zfs_.take("tank/jails@x", -1);
    EXPECT_THAT(lines("snapshots"), ElementsAre("tank/jails@hourly", "tank/jails@x"));
}

TEST_F(Zfs, WhatIsNotThereNeedsNoDestroying) {
    zfs_.destroy("tank/jails@never");
    EXPECT_THAT(lines("snapshots"), ElementsAre("tank/jails@hourly"));
    // Of a pool that is not there nobody knows what is in it.
    EXPECT_THAT(sentence_of([&] { zfs_.destroy("gone/jails@x"); }), HasSubstr("could not find any snapshots"));
}

TEST_F(Zfs, WhatIsStillReadIsWaitedFor) {
    zfs_.take("tank/jails@x", -1);
    test::spit(scratch_ / "busy", "");
    zfs_.destroy("tank/jails@x");
    EXPECT_THAT(lines("snapshots"), ElementsAre("tank/jails@hourly"));
}

TEST_F(Zfs, ADataSetWhoseNameSaysBusyIsNotWaitedFor) {
    zfs_.take("tank/busybox@x", -1);
    test::spit(scratch_ / "denied", "");
    const Error refused = test::error_of([&] { zfs_.destroy("tank/busybox@x"); });
    EXPECT_EQ(refused.code(), Errc::io);
    EXPECT_THAT(refused.what(), HasSubstr("permission denied"));
    const auto calls = lines("calls");
    EXPECT_EQ(std::count(calls.begin(), calls.end(), "destroy tank/busybox@x"), 1);
}

TEST_F(Zfs, TellsWhatItSaysAndThatItIsMissing) {
    test::spit(scratch_ / "full", "");
    EXPECT_EQ(sentence_of([&] { zfs_.take("tank/jails@x", -1); }),
              "zfs cannot take the snapshot tank/jails@x: cannot create snapshot 'tank/jails@x': out of space");
    const ZfsProgram missing{std::string()};
    EXPECT_FALSE(missing.installed());
    EXPECT_EQ(sentence_of([&] { missing.destroy("tank/jails@x"); }), "the program zfs is not installed");
}

TEST(ZfsNames, AreOfOneRootAndHoldNoOption) {
    const std::string name = zfs_snapshot_name("/srv/jails/a.test", ".jailctl-snapshot-a.test");
    EXPECT_THAT(name, ::testing::MatchesRegex("jailctl-snapshot-a[.]test-[0-9a-f]*"));
    EXPECT_EQ(name, zfs_snapshot_name("/srv/jails/a.test", ".jailctl-snapshot-a.test"));
    EXPECT_NE(name, zfs_snapshot_name("/srv/others/a.test", ".jailctl-snapshot-a.test"));
    EXPECT_TRUE(is_zfs_snapshot("tank/my jails/a:b_c-d.e@" + name, name));
    for (const std::string no : {"", "-r", "tank/", "/tank", "tank\n", "tank%a", "tank@a", "1"})
        EXPECT_FALSE(is_zfs_snapshot(no + "@" + name, name)) << no;
    EXPECT_FALSE(is_zfs_snapshot("tank@", name));
    EXPECT_FALSE(is_zfs_snapshot("tank", name));
    EXPECT_FALSE(is_zfs_snapshot("tank@" + name + "0", name));
    EXPECT_FALSE(is_zfs_snapshot("tank@" + name + ",other", name));
}

class ZfsStorageTest : public Zfs {
protected:
    void SetUp() override {
        JAILCTL_NEEDS_ROOT();
        scratch_.directory("home");
    }
    /// As a command leaves it that is killed while it takes the snapshot, or afterwards.
    void leave(const std::string& snapshot) {
        const auto directory = scratch_.directory("home/" + name_);
        fs::create_symlink(snapshot, directory / "snapshot");
        scratch_.directory("home/" + name_ + "/tree");
        test::spit(directory / "zfs", "");
    }
    fs::path root_ = scratch_ / "home" / "a.test";
    std::string name_ = ".jailctl-snapshot-a.test";
    fs::path beside_ = scratch_ / "home" / name_;
    std::string snapshot_ = "tank/jails@" + zfs_snapshot_name(root_.string(), name_);
    ZfsStorage storage_{zfs_};
};

TEST_F(ZfsStorageTest, IsForZfsAlone) {
    EXPECT_FALSE(storage_.suits(root_));
    EXPECT_THAT(sentence_of([&] { storage_.make(root_, name_); }),
                HasSubstr("is not on ZFS, and STORAGE=zfs was asked for"));
    EXPECT_EQ(storage_.no_snapshot_because(root_), "it is not on ZFS");
    EXPECT_THAT(sentence_of([&] { storage_.snapshot(root_, name_); }), HasSubstr("can be taken: it is not on ZFS"));
    EXPECT_EQ(ZfsStorage(ZfsProgram{std::string()}).no_snapshot_because(root_), "the program zfs is not installed");
    EXPECT_FALSE(fs::exists(beside_));
}

TEST_F(ZfsStorageTest, RemovesTheSnapshotWithWhatStandsForIt) {
    leave(snapshot_);
    zfs_.take(snapshot_, -1);
    EXPECT_TRUE(storage_.keeps(root_, name_));
    storage_.remove(root_, name_);
    EXPECT_FALSE(fs::exists(beside_));
    EXPECT_THAT(lines("snapshots"), ElementsAre("tank/jails@hourly"));
    EXPECT_FALSE(storage_.keeps(root_, name_));
    storage_.remove(root_, name_);  // nothing there: success
}

TEST_F(ZfsStorageTest, ASnapshotThatWasNotTakenYetIsNoFailure) {
    leave(snapshot_);
    storage_.remove(root_, name_);
    EXPECT_FALSE(fs::exists(beside_));
}

TEST_F(ZfsStorageTest, WhatCannotBeDestroyedIsFoundAgain) {
    const std::string elsewhere = "gone/jails" + snapshot_.substr(snapshot_.find('@'));
    leave(elsewhere);
    EXPECT_THAT(sentence_of([&] { storage_.remove(root_, name_); }),
                HasSubstr("zfs cannot destroy the snapshot " + elsewhere));
    EXPECT_TRUE(storage_.keeps(root_, name_));
}

TEST_F(ZfsStorageTest, ATreeThatNamesASnapshotOfOthersIsATree) {
    for (const std::string& other : {std::string("tank/jails@hourly"), "tank@" + name_, "-r" + snapshot_}) {
        leave(other);
        EXPECT_FALSE(storage_.keeps(root_, name_)) << other;
        try {
            storage_.remove(root_, name_);  // by the tree helper, which stands in an installation only
        } catch (const Error&) {
        }
        fs::remove_all(beside_);
    }
    EXPECT_THAT(lines("calls"), IsEmpty());
    EXPECT_THAT(lines("snapshots"), ElementsAre("tank/jails@hourly"));
}

/// Killed between them, zfs(8) may take the snapshot after its jailctl is gone.
TEST_F(ZfsStorageTest, ZfsThatOutlivesACommandIsWaitedFor) {
    leave(snapshot_);
    Pipe ready = make_pipe();
    const pid_t zfs = ::fork();
    if (zfs == 0) {
        const UniqueFd gate{::open((beside_ / "zfs").c_str(), O_RDONLY)};
        const bool good = gate && ::flock(gate.get(), LOCK_EX) == 0;
        write_all(ready.write.get(), "x", "pipe");
        ::usleep(200'000);
        test::spit(scratch_ / "snapshots", "tank/jails@hourly\n" + snapshot_ + "\n");
        ::_exit(good ? 0 : 1);
    }
    char byte = 0;
    ASSERT_EQ(::read(ready.read.get(), &byte, 1), 1);
    storage_.remove(root_, name_);
    int status = -1;
    ASSERT_EQ(::waitpid(zfs, &status, 0), zfs);
    EXPECT_EQ(status, 0);
    EXPECT_THAT(lines("snapshots"), ElementsAre("tank/jails@hourly"));
}

}  // namespace
}  // namespace jailctl::create
