#include "archive/read_back.hpp"

#include <algorithm>
#include <fcntl.h>
#include <optional>
#include <sys/mman.h>
#include <unistd.h>

#include "archives.hpp"

#include "jailctl/testing/thrown.hpp"

namespace jailctl::tree::test {
namespace {

constexpr std::size_t stretch = std::size_t{4} << 20;
constexpr std::size_t size = 2 * stretch + 12345;  // the third stretch is no whole one

std::string noise() {
    std::string bytes(size, '\0');
    std::uint32_t state = 1;
    for (char& byte : bytes) byte = static_cast<char>((state = state * 1664525U + 1013904223U) >> 24);
    return bytes;
}

/// A file on a disk, not in memory alone.
class ReadingBack : public Archives {
protected:
    void SetUp() override {
        Archives::SetUp();
        file_.reset(::open(archive_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
        ASSERT_GE(file_.get(), 0);
    }
    void put(std::string_view bytes) const {
        ASSERT_EQ(::write(file_.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    }
    /// Writes `bytes` in parts of an odd length while the proof says they are `claimed`.
    /// @return nothing: it is
    [[nodiscard]] std::optional<Errc> proven(std::string_view bytes, std::string_view claimed) {
        ReadBack proof(file_.get());
        try {
            for (std::size_t at = 0; at < std::max(bytes.size(), claimed.size()); at += part) {
                if (at < bytes.size()) put(bytes.substr(at, part));
                if (at < claimed.size()) proof.wrote(claimed.substr(at, part));
            }
            proof.finish();
        } catch (const Error& error) {
            return error.code();
        }
        return std::nullopt;
    }
    static constexpr std::size_t part = 1'000'003;
    UniqueFd file_;
};

TEST_F(ReadingBack, WhatStandsThereIsProven) { EXPECT_EQ(proven(noise(), noise()), std::nullopt); }

TEST_F(ReadingBack, AnEmptyFileIsProven) { EXPECT_EQ(proven("", ""), std::nullopt); }

TEST_F(ReadingBack, AFlippedByteIsFoundWhereverItStands) {
    const std::string bytes = noise();
    for (const std::size_t at : {std::size_t{0}, stretch - 1, stretch, size - 1}) {
        std::string other = bytes;
        other[at] = static_cast<char>(other[at] ^ 1);
        ASSERT_EQ(::ftruncate(file_.get(), 0), 0);
        ASSERT_EQ(::lseek(file_.get(), 0, SEEK_SET), 0);
        EXPECT_EQ(proven(other, bytes), Errc::damaged) << at;
    }
}

TEST_F(ReadingBack, MissingAndAddedBytesAreFound) {
    const std::string bytes = noise();
    EXPECT_EQ(proven(bytes.substr(0, size - 1), bytes), Errc::damaged);
    ASSERT_EQ(::ftruncate(file_.get(), 0), 0);
    ASSERT_EQ(::lseek(file_.get(), 0, SEEK_SET), 0);
    EXPECT_EQ(proven(bytes, bytes.substr(0, size - 1)), Errc::damaged);
}

TEST_F(ReadingBack, OnlyAnEmptyRegularFileIsTaken) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const UniqueFd out{ends[0]}, in{ends[1]};
    EXPECT_EQ(jailctl::test::error_of([&] { ReadBack proof(in.get()); }).code(), Errc::invalid);
    put("x");
    EXPECT_EQ(jailctl::test::error_of([&] { ReadBack proof(file_.get()); }).code(), Errc::invalid);
}

/// Read from the disk rather than from memory: what was written is dropped there. Advice: not all of it has to be.
TEST_F(ReadingBack, WhatWasProvenIsNotLeftInMemory) {
    ASSERT_EQ(proven(noise(), noise()), std::nullopt);
    void* const at = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file_.get(), 0);
    ASSERT_NE(at, MAP_FAILED);
    std::string pages(size / 4096 + 1, '\0');
    EXPECT_EQ(::mincore(at, size, reinterpret_cast<unsigned char*>(pages.data())), 0);
    EXPECT_EQ(::munmap(at, size), 0);
    const auto in_memory = [](char page) { return (page & 1) != 0; };
    const auto left = static_cast<std::size_t>(std::count_if(pages.begin(), pages.end(), in_memory));
    if (left == pages.size()) GTEST_SKIP() << "the file system keeps its pages";
    EXPECT_LT(left, pages.size() / 2);
}

TEST_F(ReadingBack, APackSaysWhetherItReadItBack) {
    build_small(tree_);
    EXPECT_FALSE(pack(tree_, archive_)["read_back"].truth());
    for (const char* format : {"tar", "tar.gz", "tar.zst"}) {
        fs::remove(archive_);
        const Value packed = pack(tree_, archive_, Value::object().set("format", format).set("read_back", true));
        EXPECT_TRUE(packed["read_back"].truth()) << format;
        EXPECT_EQ(packed["sha256"].str(), check(archive_)["sha256"].str()) << format;
    }
}

}  // namespace
}  // namespace jailctl::tree::test
