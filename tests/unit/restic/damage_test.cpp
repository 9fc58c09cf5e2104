#include "damage.hpp"

#include <gtest/gtest.h>

#include <string>

/// Lines that restic 0.14 wrote, of repositories in which one thing was wrong.
namespace jailctl::restic {
namespace {

const std::string pack = "6cbdc9ad1cadd1cfb76636857f067244cc0581df91f3a190c8a35ebc73e5a93c";
const std::string nothing_read = "cannot dump file: ReadFull(<data/6cbdc9ad1c>): open /r/data/6c/" + pack +
                                 ": no such file or directory\n";

TEST(ResticDamage, WhatItSaidLastIsOneLineForEyes) {
    EXPECT_EQ(last_said("something\nFatal: wrong password or no key found\nmore\n"), "wrong password or no key found");
    EXPECT_EQ(last_said("config file has zero size, invalid repository?\nmain.open\n\tgithub.com/restic/restic/cmd/"
                        "restic/global.go:760\nruntime.goexit\n\truntime/asm_amd64.s:1594\n"),
              "config file has zero size, invalid repository?");
    EXPECT_EQ(last_said("main.open\n\tmain.go:1\n"), "");
    EXPECT_EQ(last_said("panic: nil\ngoroutine 1\n"), "panic: nil");
    EXPECT_EQ(last_said("\n\n"), "");
    EXPECT_EQ(last_said(std::string(100000, 'x')).size(), 500U);
    EXPECT_EQ(last_said("Fatal: " + std::string(100000, 'x')).size(), 500U);
}

TEST(ResticDamage, DigestsThatDoNotFitAreDamage) {
    for (const char* said :
         {"cannot dump file: decrypting blob d3d202d8db250f29cdb4bc8e0f9ff124216b5e484a6bf675e3a9b9d7b9409233 failed: "
          "ciphertext verification failed\n",
          "error for tree b0cbd155:\n  decrypting blob b0cbd155 failed: ciphertext verification failed\nFatal: "
          "repository contains errors\n",
          "cannot dump file: blob d3d202d8 returned invalid hash\n",
          "cannot dump file: decompressing blob d3d202d8 failed: magic number mismatch\n",
          "Fatal: load <snapshot/873e67255f>: invalid data returned\n"})
        EXPECT_TRUE(found_damage(said)) << said;
}

TEST(ResticDamage, WhatKeepsResticFromLookingIsNone) {
    for (const char* said : {"Save(<lock/94d2eb9a19>) returned error, retrying after 720.254544ms: open /r/locks/94: "
                             "read-only file system\nunable to create lock in backend: OpenFile: open "
                             "/r/locks/94d2eb9a19: read-only file system\nFatal: unable to create lock in backend\n",
                             "Fatal: unable to open config file: Stat: stat /r/config: stale NFS file handle\n",
                             "Load(<data/6cbdc9ad1c>, 44, 0) returned error, retrying after 4.5s: Access "
                             "Denied.\ncannot dump file: Access Denied.\n",
                             "cannot dump file: context deadline exceeded\n",
                             "cannot dump file: ReadFull(<data/6cbdc9ad1c>): read: input/output error\n",
                             "Load(<data/6cbdc9ad1c>, 0, 0) returned error, retrying after 1s: invalid data "
                             "returned\ncannot dump file: dial tcp: connect: connection refused\n",
                             ""})
        EXPECT_FALSE(found_damage(said)) << said;
}

TEST(ResticDamage, AnIndexOrAKeyIsNotTheData) {
    for (const char* said :
         {"error for tree b0cbd155:\n  id b0cbd155095455027568a7fb9f91580b22367917587d4689e3bfad00289bffae not found "
          "in repository\nFatal: repository contains errors\n",
          "Fatal: load <index/fb36e1d8a7>: invalid data returned\n",
          "error: error loading index fb36e1d8a7: load <index/fb36e1d8a7>: invalid data returned\nFatal: LoadIndex "
          "returned errors\n",
          "Fatal: config or key 4a is damaged: ciphertext verification failed\n"})
        EXPECT_FALSE(found_damage(said)) << said;
}

TEST(ResticDamage, APackThatIsMissedIsDamageOfWhatNeedsIt) {
    const std::string check = "pack " + pack + ": does not exist\nFatal: repository contains errors\n";
    EXPECT_TRUE(lacks_its_pack(check, nothing_read));
    EXPECT_TRUE(
        lacks_its_pack("pack " + pack + ": unexpected file size: got 100000, expected 4700000\n", nothing_read));
    EXPECT_FALSE(lacks_its_pack(check, "cannot dump file: ReadFull(<data/0123456789>): connection lost\n"))
        << "another pack";
    EXPECT_FALSE(lacks_its_pack("Fatal: repository contains errors\n", nothing_read));
    EXPECT_FALSE(lacks_its_pack("", ""));
}

TEST(ResticDamage, ACheckThatCouldNotLookDidNotEnd) {
    EXPECT_TRUE(check_ended("pack 6c: does not exist\nFatal: repository contains errors\n"));
    EXPECT_TRUE(check_ended("error: x\nFatal: LoadIndex returned errors\n"));
    EXPECT_FALSE(check_ended("Fatal: unable to create lock in backend: read-only file system\n"));
}

TEST(ResticDamage, TheComplaintIsTheLineThatTells) {
    EXPECT_EQ(complaint_of("warning\n  blob d3 returned invalid hash\nlater\nFatal: repository contains errors\n"),
              "blob d3 returned invalid hash");
    EXPECT_EQ(complaint_of("pack 6c: does not exist\nLoad() returned error, retrying after 1s: x\nFatal: repository "
                           "contains errors\n"),
              "pack 6c: does not exist");
    EXPECT_EQ(complaint_of("Fatal: wrong password\n"), "");
}

}  // namespace
}  // namespace jailctl::restic
