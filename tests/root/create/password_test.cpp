// The root password: from a file, from a terminal, or none.
#include <crypt.h>
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.hpp"

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

// Runs jailctl on a terminal of its own and answers each prompt that comes with the next answer.
struct Talk {
    std::string seen;
    int status = -1;
};
Talk talk(const Site& site, const std::vector<std::string>& args, std::vector<std::string> answers,
          const std::function<void()>& at_first_question = [] {}) {
    int terminal = -1;
    const pid_t child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
    if (child == 0) {
        std::vector<std::string> words{(stage() / "bin/jailctl").string(), "--config", site.config().string()};
        words.insert(words.end(), args.begin(), args.end());
        std::vector<char*> argv;
        for (auto& word : words) argv.push_back(word.data());
        argv.push_back(nullptr);
        ::execv(argv[0], argv.data());
        ::_exit(127);
    }
    Talk out;
    std::size_t answered = 0;
    char buffer[4096];
    pollfd wait{terminal, POLLIN, 0};
    while (::poll(&wait, 1, 60'000) == 1) {
        const ssize_t count = ::read(terminal, buffer, sizeof buffer);
        if (count <= 0) break;  // EIO: the other side is closed
        out.seen.append(buffer, static_cast<std::size_t>(count));
        const bool asks = out.seen.ends_with("assword:") || out.seen.ends_with("assword: ");
        if (asks && answered < answers.size()) {
            if (answered == 0) at_first_question();
            ::usleep(100'000);  // as a person would: what is typed before echo is off is thrown away with it
            const std::string line = answers[answered++] + "\n";
            EXPECT_EQ(::write(terminal, line.data(), line.size()), static_cast<ssize_t>(line.size()));
        }
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    ::close(terminal);
    out.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return out;
}

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
    EXPECT_NE(create({"--root-password-file", "/nonexistent"}).status, 0);
    EXPECT_FALSE(std::filesystem::exists(site_.state() / "ids.json"));
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

TEST_F(RootPassword, WhileItIsAskedForNoOtherSiteTakesTheTreeForALeftover) {
    const OtherSite other(site_, "BACKUP_MAX_AGE=none\n");
    const auto tree = site_.home() / ".jailctl-create-a.test";
    const Talk made = talk(site_, {"create", "a.test"}, {"s3cret", "s3cret"}, [&] {
        ASSERT_TRUE(std::filesystem::exists(tree));
        const Result looked = other.jailctl({"doctor", "--fix"});
        EXPECT_EQ(looked.out, "healthy\n") << looked.err;
        for (const char* command : {"delete", "create", "start"}) {
            const Result refused = other.jailctl({"--batch", command, "a.test"});
            EXPECT_EQ(refused.status, 1) << refused.all();
            EXPECT_THAT(refused.err, HasSubstr(tree.string() + " is worked on by process "));
            EXPECT_THAT(refused.err, HasSubstr("hint: repeat the command when that one has ended"));
        }
        EXPECT_TRUE(std::filesystem::exists(tree / "etc/passwd"));
    });
    EXPECT_EQ(made.status, 0) << made.seen;
    EXPECT_TRUE(opens(hash_in(root_), "s3cret"));
    EXPECT_TRUE(site_.leftovers().empty());
}

TEST_F(RootPassword, WhatAKilledCreateLeftIsALeftoverForOtherSitesToo) {
    const OtherSite other(site_, "BACKUP_MAX_AGE=none\n");
    ASSERT_TRUE(killed_at(12, site_, {"create", "a.test", "--batch"}));
    const auto tree = site_.home() / ".jailctl-create-a.test";
    ASSERT_TRUE(std::filesystem::exists(tree));
    EXPECT_THAT(other.jailctl({"doctor", "--fix"}).out, HasSubstr("fixed: " + tree.string()));
    EXPECT_FALSE(std::filesystem::exists(tree));
    EXPECT_EQ(remove().status, 0);
    expect_no_jail();
}

}  // namespace jailctl::test
