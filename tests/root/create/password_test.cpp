// The root password: from a file, from a terminal, or none.
#include <crypt.h>
#include <csignal>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "support.hpp"
#include "talk.hpp"

namespace jailctl::test {

using ::testing::HasSubstr;
using ::testing::Not;

namespace {

std::string hash_in(const std::filesystem::path& root) {
    const std::string shadow = slurp(root / "etc/shadow");
    const auto from = shadow.find("root:") + 5;
    return shadow.substr(from, shadow.find(':', from) - from);
}

bool opens(const std::string& hash, const char* password) { return hash == ::crypt(password, hash.c_str()); }

using RootPassword = OneJail;

}  // namespace

TEST_F(RootPassword, ComesFromATrustedFileAndIsNeverShown) {
    const auto file = site_.path() / "password";
    spit(file, "correct horse\nsecond line\n", 0600);
    const Result made =
        create({"--verbose", "--root-password-file", file.string()});
    ASSERT_EQ(made.status, 0) << made.all();
    EXPECT_TRUE(opens(hash_in(root_), "correct horse"));
    EXPECT_THAT(hash_in(root_), ::testing::StartsWith("$y$"));
    EXPECT_THAT(made.all(), Not(HasSubstr("horse")));
    EXPECT_THAT(made.all(), Not(HasSubstr("locked")));
    EXPECT_THAT(slurp(site_.path() / "log"), Not(HasSubstr("horse")));
}

TEST_F(RootPassword, AFileOthersCanWriteIsRefusedBeforeAnythingIsMade) {
    const auto file = site_.path() / "password";
    spit(file, "x\n", 0600);
    ::chmod(file.c_str(), 0666);
    const Result made = create({"--root-password-file", file.string()});
    EXPECT_NE(made.status, 0);
    EXPECT_THAT(made.err, HasSubstr(file.string()));
    EXPECT_FALSE(std::filesystem::exists(root_));
    const Result missing = create({"--root-password-file", "/nonexistent"});
    EXPECT_NE(missing.status, 0);
    EXPECT_THAT(missing.err, HasSubstr("hint: write the root password into its first line"));
    for (const mode_t mode : {0640, 0604}) {
        ::chmod(file.c_str(), mode);
        const Result open = create({"--root-password-file", file.string()});
        EXPECT_NE(open.status, 0);
        EXPECT_THAT(open.err, HasSubstr(file.string() + " can be read by others"));
        EXPECT_THAT(open.err, HasSubstr("chmod 600 " + file.string()));
    }
    EXPECT_FALSE(std::filesystem::exists(root_));
    EXPECT_FALSE(std::filesystem::exists(site_.state() / "ids.json"));
}

TEST_F(RootPassword, AnEmptyNameOfAFileIsNoMissingOption) {
    const Result made = create({"--root-password-file", ""});
    EXPECT_EQ(made.status, 2) << made.all();
    EXPECT_THAT(made.err, HasSubstr("--root-password-file names no file\nhint: leave the option out"));
    EXPECT_FALSE(std::filesystem::exists(root_));
}

TEST_F(RootPassword, ComesThroughThePipeOfAShell) {
    const std::string program = (stage() / "bin/jailctl").string() + " --config " + site_.config().string();
    const Result made =
        run_command({"bash", "-c", program + " create a.test --root-password-file <(echo 'correct horse')"});
    ASSERT_EQ(made.status, 0) << made.all();
    EXPECT_TRUE(opens(hash_in(root_), "correct horse"));
    EXPECT_THAT(made.all(), Not(HasSubstr("horse")));
}

TEST_F(RootPassword, IsAskedTwiceOnATerminalWithoutEcho) {
    const Talk made = talk(site_, {"create", "a.test"}, {"s3cret", "s3cret"});
    EXPECT_EQ(made.status, 0) << made.seen;
    EXPECT_THAT(made.seen, HasSubstr("New Password:"));
    EXPECT_THAT(made.seen, HasSubstr("Retype New Password:"));
    EXPECT_THAT(made.seen, Not(HasSubstr("s3cret")));
    EXPECT_TRUE(opens(hash_in(root_), "s3cret"));
}

TEST_F(RootPassword, IsAskedAgainUntilBothAgree) {
    const Talk made = talk(site_, {"create", "a.test"}, {"one", "two", "three", "three"});
    EXPECT_EQ(made.status, 0) << made.seen;
    EXPECT_TRUE(opens(hash_in(root_), "three"));
}

TEST_F(RootPassword, NeverTheSameTwiceLeavesNoJail) {
    const Talk made = talk(site_, {"create", "a.test"}, {"a", "b", "c", "d", "e", "f"});
    EXPECT_EQ(made.status, 1) << made.seen;
    EXPECT_FALSE(std::filesystem::exists(root_));
    EXPECT_TRUE(site_.leftovers().empty());
}

TEST_F(RootPassword, CtrlCAtTheQuestionLeavesNoJail) {
    const Talk made = talk(site_, {"create", "a.test"}, {"\x03"});
    EXPECT_EQ(made.status, 128 + SIGINT) << made.seen;
    EXPECT_THAT(made.seen, HasSubstr("New Password:\r\n")) << "the prompt of the shell begins a line of its own";
    EXPECT_FALSE(std::filesystem::exists(root_));
    EXPECT_TRUE(site_.leftovers().empty());
}

TEST_F(RootPassword, OfABaseWithoutAccountsIsNotCalledLocked) {
    std::filesystem::create_directories(site_.path() / "addons");
    spit(site_.path() / "addons/dellist4.txt", "etc/passwd\n", 0600);
    const Result made = create();
    ASSERT_EQ(made.status, 0) << made.all();
    EXPECT_THAT(made.out, HasSubstr("there is no root account to lock"));
    EXPECT_THAT(made.out, Not(HasSubstr("the account is locked")));
}

}  // namespace jailctl::test
