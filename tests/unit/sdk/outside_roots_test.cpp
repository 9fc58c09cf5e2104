#include "jailctl/sdk/outside_roots.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "jailctl/sdk/scoped.hpp"
#include "jailctl/testing/scratch.hpp"
#include "jailctl/testing/thrown.hpp"

namespace jailctl {
namespace {

using test::code_thrown_by;
using test::Scratch;

class OutsideRoots : public ::testing::Test {
protected:
    OutsideRoots() {
        for (const char* directory : {"root", "root/var", "root/var/deep", "outside"}) scratch_.directory(directory);
        configuration_.jails.push_back({JailName("www"), {}, scratch_ / "root", {}, {}});
    }
    void require(const std::filesystem::path& path) const { require_outside_roots(configuration_, path, "hint"); }
    [[nodiscard]] static std::filesystem::path as_descriptor(const UniqueFd& opened) {
        return "/proc/self/fd/" + std::to_string(opened.get());
    }
    [[nodiscard]] static UniqueFd opened(const std::filesystem::path& path) {
        return UniqueFd{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    }
    Scratch scratch_;
    Configuration configuration_;
};

/// It leads there at once: no root is met on the way.
TEST_F(OutsideRoots, ADescriptorOfADirectoryBelowARootIsInIt) {
    for (const char* place : {"root", "root/var", "root/var/deep"}) {
        const UniqueFd directory = opened(scratch_ / place);
        EXPECT_EQ(code_thrown_by([&] { require(as_descriptor(directory)); }), Errc::denied) << place;
        EXPECT_EQ(code_thrown_by([&] { require(as_descriptor(directory) / "../../../outside"); }), Errc::denied);
    }
}

TEST_F(OutsideRoots, ADescriptorOfAnythingElseIsNot) {
    const UniqueFd directory = opened(scratch_ / "outside");
    EXPECT_NO_THROW(require(as_descriptor(directory)));
    EXPECT_NO_THROW(require(as_descriptor(directory) / "../outside"));
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const UniqueFd from(ends[0]), to(ends[1]);
    EXPECT_NO_THROW(require(as_descriptor(from)));
}

}  // namespace
}  // namespace jailctl
