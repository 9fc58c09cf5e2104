#include "jailctl/sdk/tar_file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/testing/scratch.hpp"

namespace jailctl::test {
namespace {

namespace fs = std::filesystem;

class PartialFile : public ::testing::Test {
protected:
    Scratch scratch_;
    UniqueFd directory_{::open(scratch_.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    UniqueFd file_ = make_partial(directory_.get(), "x.partial");
};

TEST_F(PartialFile, GetsItsName) {
    publish_partial(directory_.get(), file_.get(), "x.partial", "x.tar");
    EXPECT_TRUE(fs::exists(scratch_.path() / "x.tar"));
    EXPECT_FALSE(fs::exists(scratch_.path() / "x.partial"));
}

TEST_F(PartialFile, IsNotPublishedWhereAnotherHasItsName) {
    const UniqueFd other = make_partial(directory_.get(), "x.partial");
    try {
        publish_partial(directory_.get(), file_.get(), "x.partial", "x.tar");
        FAIL() << "what nobody proved has the final name";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Errc::damaged);
    }
    EXPECT_FALSE(fs::exists(scratch_.path() / "x.tar"));
    EXPECT_TRUE(fs::exists(scratch_.path() / "x.partial")) << "it is another's";
}

}  // namespace
}  // namespace jailctl::test
