// Writes through a mapping: the kernel stamps the file when a page becomes dirty, and says nothing of later ones.
#include <fcntl.h>
#include <sys/mman.h>

#include "two_passes.hpp"

#include "jailctl/sdk/scoped.hpp"

namespace jailctl::tree::test {
namespace {

class Mapped : public TwoPasses {
protected:
    void SetUp() override {
        TwoPasses::SetUp();
        spit(tree_ / "file", std::string(4096, 'a'));
        const UniqueFd file{::open((tree_ / "file").c_str(), O_RDWR | O_CLOEXEC)};
        void* page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
        ASSERT_NE(page, MAP_FAILED);
        page_ = static_cast<volatile char*>(page);
    }
    void TearDown() override {
        if (page_ != nullptr) ::munmap(const_cast<char*>(page_), 4096);
        TwoPasses::TearDown();
    }
    volatile char* page_ = nullptr;
};

TEST_F(Mapped, APageThatWasDirtyBeforeTheLivePassIsNotMissed) {
    page_[0] = 'b';
    live(Value::object(), [] {});
    page_[1] = 'c';
    finish();
    unpack(archive_, other_);
    EXPECT_EQ(slurp(other_ / "file").substr(0, 3), "bca");
    EXPECT_EQ(second_["entries"].num(), 1);
}

TEST_F(Mapped, NorOneThatBecameDirtyBeforeTheWalkMetItsFile) {
    live(Value::object(), [&] { page_[0] = 'b'; });
    page_[1] = 'c';
    finish();
    unpack(archive_, other_);
    EXPECT_EQ(slurp(other_ / "file").substr(0, 3), "bca");
}

}  // namespace
}  // namespace jailctl::tree::test
