#include <fcntl.h>
#include <gtest/gtest.h>
#include <random>
#include <sys/mman.h>
#include <unistd.h>

#include "archive/output.hpp"
#include "gzip_members.hpp"
#include "jailctl/sdk/scoped.hpp"

namespace jailctl::tree::test {
namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20;

/// What one encoder wrote, and its table of pieces.
class PieceEncoding : public ::testing::TestWithParam<std::pair<Format, Level>> {
protected:
    std::string written() {
        encoder_->finish();
        std::string bytes(output_.size(), '\0');
        EXPECT_EQ(::pread(file_.get(), bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
        return bytes;
    }
    static bool gzip() { return GetParam().first == Format::tar_gz; }
    static std::string decoded(const std::string& bytes) {
        Pieces source(bytes, 100000);
        const auto decoder = gzip() ? make_gzip_decoder(source) : make_zstd_decoder(source);
        const Reading reading = read_all(*decoder);
        EXPECT_EQ(reading.complaint, "");
        return reading.content;
    }
    /// What decodes to nothing, and can be told from any other.
    static std::string nothing(const std::string& name) {
        if (!gzip()) return std::string("\x5a\x2a\x4d\x18\x04\0\0\0", 8) + (name + "    ").substr(0, 4);
        std::string member = gzip_member("", Header::named);
        return member.replace(4, 4, (name + "    ").substr(0, 4));  // its time
    }

    UniqueFd file_{::memfd_create("archive", MFD_CLOEXEC)};
    Output output_{file_.get()};
    std::unique_ptr<Encoder> encoder_ = make_encoder(GetParam().first, output_, GetParam().second);
};

TEST_P(PieceEncoding, EveryPieceIsDecodedByItself) {
    const std::string content = text(9 * mebibyte + 12345, 3);
    encoder_->write(content);
    const std::string bytes = written();
    const auto& pieces = encoder_->pieces();
    const std::size_t size = encoder_->piece_size();
    ASSERT_EQ(pieces.size(), (content.size() + size - 1) / size);
    EXPECT_EQ(pieces.front(), 0U);
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        const std::size_t end = i + 1 < pieces.size() ? pieces[i + 1] : bytes.size();
        EXPECT_TRUE(decoded(bytes.substr(pieces[i], end - pieces[i])) == content.substr(i * size, size)) << i;
    }
}

TEST_P(PieceEncoding, WhatIsPutAsideStandsBehindThePieceOfWhatWasWrittenBefore) {
    const std::string content = text(3 * encoder_->piece_size(), 4);
    const std::size_t middle = encoder_->piece_size() + 1000;
    encoder_->aside(nothing("1st"));
    encoder_->write(std::string_view(content).substr(0, middle));
    encoder_->aside(nothing("2nd"));
    encoder_->aside(nothing("3rd"));
    encoder_->write(std::string_view(content).substr(middle));
    encoder_->aside(nothing("4th"));
    const std::string bytes = written();
    EXPECT_TRUE(decoded(bytes) == content);
    const auto& pieces = encoder_->pieces();
    ASSERT_EQ(pieces.size(), 3U);
    const auto ends_with = [&](std::size_t end, const std::string& asides) {
        return bytes.substr(0, end).ends_with(asides);
    };
    EXPECT_TRUE(ends_with(pieces[1], nothing("1st")));
    EXPECT_TRUE(ends_with(pieces[2], nothing("2nd") + nothing("3rd")));
    EXPECT_TRUE(ends_with(bytes.size(), nothing("4th")));
}

TEST_P(PieceEncoding, NothingWrittenIsNothingButWhatWasPutAside) {
    encoder_->aside(nothing("one"));
    EXPECT_EQ(written(), nothing("one"));
    EXPECT_TRUE(encoder_->pieces().empty());
}

TEST_P(PieceEncoding, WhatDoesNotShrinkComesBack) {
    std::string noise;
    std::mt19937_64 random(9);
    while (noise.size() < 2 * encoder_->piece_size() + 1000) {
        const auto word = random();
        noise.append(reinterpret_cast<const char*>(&word), sizeof word);
    }
    encoder_->write(noise);
    EXPECT_TRUE(decoded(written()) == noise);
}

std::string name_of(const ::testing::TestParamInfo<std::pair<Format, Level>>& one) {
    const auto [format, level] = one.param;
    return std::string(format == Format::tar_gz ? "gzip" : "zstd") +
           (level == Level::fast ? "Fast" : level == Level::best ? "Best" : "");
}

INSTANTIATE_TEST_SUITE_P(Formats, PieceEncoding,
                         ::testing::Values(std::pair{Format::tar_gz, Level::normal},
                                           std::pair{Format::tar_gz, Level::fast},
                                           std::pair{Format::tar_gz, Level::best},
                                           std::pair{Format::tar_zst, Level::normal},
                                           std::pair{Format::tar_zst, Level::fast},
                                           std::pair{Format::tar_zst, Level::best}),
                         name_of);

TEST(PlainEncoding, WhatIsPutAsideStandsBehindEverything) {
    const UniqueFd file{::memfd_create("archive", MFD_CLOEXEC)};
    Output output(file.get());
    const auto encoder = make_encoder(Format::tar, output);
    encoder->aside("aside");
    encoder->write(text(mebibyte, 5));
    encoder->finish();
    std::string bytes(output.size(), '\0');
    ASSERT_EQ(::pread(file.get(), bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
    EXPECT_TRUE(bytes == text(mebibyte, 5) + "aside");
    EXPECT_EQ(encoder->piece_size(), 0U);
    EXPECT_TRUE(encoder->pieces().empty());
}

}  // namespace
}  // namespace jailctl::tree::test
