#include "archive/extraction.hpp"

#include <fcntl.h>

#include "archives.hpp"

#include "jailctl/testing/thrown.hpp"

namespace jailctl::tree::test {
namespace {

TEST_F(Archives, AStrangersHoleIsWrittenOutUpToTheLimitAlone) {
    constexpr std::uint64_t size = 1 << 20;
    spit(tree_ / "hole", "");
    fs::resize_file(tree_ / "hole", size);
    pack(tree_, archive_);
    const UniqueFd file{::open(archive_.c_str(), O_RDONLY | O_CLOEXEC)}, sink{::open("/dev/null", O_RDWR | O_CLOEXEC)};
    const UniqueFd out{::open((other_ / "out").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
    Channel channel(sink.get());
    Job job(Request{}, UniqueFd(), channel);
    UnpackRules rules;
    rules.max_bytes = size - 1;
    EXPECT_EQ(code_thrown_by([&] { Extraction(job, file.get(), rules).to_descriptor(out.get(), "hole"); }),
              Errc::unsupported);
    EXPECT_EQ(fs::file_size(other_ / "out"), 0U);
    rules.any_holes = true;
    Extraction(job, file.get(), rules).to_descriptor(out.get(), "hole");
    EXPECT_EQ(fs::file_size(other_ / "out"), size);
}

}  // namespace
}  // namespace jailctl::tree::test
