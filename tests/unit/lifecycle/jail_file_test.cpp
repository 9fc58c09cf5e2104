#include "jail_file.hpp"

#include <gtest/gtest.h>

namespace jailctl::lifecycle {
namespace {

TEST(JailFile, ALineOfItsOwnIsReplaced) {
    EXPECT_EQ(with_assignment("A=1\n  MEMORY='1G' # enough\nB=2\n", 2, "MEMORY", "512M"),
              "A=1\n  MEMORY=\"512M\" # enough\nB=2\n");
    EXPECT_EQ(with_assignment("PIDS=10", 1, "PIDS", "20"), "PIDS=\"20\"");
    EXPECT_EQ(with_assignment("PIDS=\n", 1, "PIDS", "20"), "PIDS=\"20\"\n");
}

TEST(JailFile, WhatSharesItsLineOrIsNoPlainValueStaysAndALineComesLast) {
    for (const char* line : {"PIDS=10; MEMORY=1G", "PIDS=$MANY", "PIDS=\"1\\\n0\"", "CPUS=1", "export PIDS=1"}) {
        const std::string text = std::string(line) + "\n";
        EXPECT_EQ(with_assignment(text, 1, "PIDS", "20"), text + "PIDS=\"20\"\n") << line;
    }
}

TEST(JailFile, WithoutAnAssignmentALineIsAdded) {
    EXPECT_EQ(with_assignment("", 0, "CPUS", "2"), "CPUS=\"2\"\n");
    EXPECT_EQ(with_assignment("A=1", 0, "CPUS", "2"), "A=1\nCPUS=\"2\"\n");
    EXPECT_EQ(with_assignment("A=1\n", 7, "CPUS", "2"), "A=1\nCPUS=\"2\"\n") << "the file is another one by now";
    EXPECT_EQ(with_assignment("A=1\\\n", 0, "CPUS", "2"), "A=1\\\n\nCPUS=\"2\"\n");
}

TEST(JailFile, TheSameWordInTheMiddleOfAValueIsNotTouched) {
    const std::string text = "RC_CONF=\"a=1\nPIDS=5\n\"\nPIDS=7\n";
    EXPECT_EQ(with_assignment(text, 4, "PIDS", "9"), "RC_CONF=\"a=1\nPIDS=5\n\"\nPIDS=\"9\"\n");
}

TEST(JailFile, TheAssignmentInForceIsTheLastOne) {
    EXPECT_EQ(last_plain_assignment("PIDS=1\nPIDS=\"2\" # two\n\n# and\nCPUS='1'\n", "PIDS"), 2);
    EXPECT_EQ(last_plain_assignment("PIDS=1", "PIDS"), 1);
    EXPECT_EQ(last_plain_assignment("PIDS=1\n. more.conf\nCPUS=1\nPIDS=2\n", "PIDS"), 4) << "it comes last";
    for (const char* text : {"", "\n", "CPUS=1\n", "PIDS=1\n. more.conf\n", "PIDS=1\nPIDS=2; CPUS=1\n",
                             "PIDS=1\nexport PIDS=2\n", "RC_CONF=\"a=1\nPIDS=5\n\"\n", "A=1\\\nPIDS=5\n"})
        EXPECT_EQ(last_plain_assignment(text, "PIDS"), std::nullopt) << text;
}

}  // namespace
}  // namespace jailctl::lifecycle
