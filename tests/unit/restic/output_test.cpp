#include "output.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include "jailctl/testing/thrown.hpp"

namespace jailctl::restic {
namespace {

constexpr std::size_t most = 65536;

/// As a program does it. @return whether all was taken
bool write_to(const UniqueFd& memory, std::size_t bytes) {
    const std::string some(1000, 'x');
    for (std::size_t done = 0; done < bytes; done += some.size())
        if (::write(memory.get(), some.data(), some.size()) != static_cast<ssize_t>(some.size())) return false;
    return true;
}

TEST(ResticOutput, IsWhatWasWritten) {
    EXPECT_EQ(written_to(bounded_memory(most).get(), most), "");
    const UniqueFd memory = bounded_memory(most);
    ASSERT_TRUE(write_to(memory, most - 1000));
    EXPECT_EQ(written_to(memory.get(), most), std::string(65000, 'x'));
}

/// A program that writes without an end does not take the memory of the host.
TEST(ResticOutput, IsBounded) {
    const UniqueFd memory = bounded_memory(most);
    EXPECT_FALSE(write_to(memory, 1 << 20));
    EXPECT_EQ(test::code_thrown_by([&] { (void)written_to(memory.get(), most); }), Errc::invalid);
}

}  // namespace
}  // namespace jailctl::restic
