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
    /// What is carried by what stands before `end`, if nothing but the parts of these calls of aside() does.
    [[nodiscard]] std::string asides_before(const std::string& bytes, std::size_t first, std::size_t count,
                                            std::size_t end) const {
        std::string carried;
        for (std::size_t i = first; i < first + count; ++i) {
            const AsidePlace& place = encoder_->asides().at(i);
            if (i + 1 < first + count)
                EXPECT_EQ(place.offset + place.length, encoder_->asides().at(i + 1).offset);
            else
                EXPECT_EQ(place.offset + place.length, end);
            carried += carried_by(std::string_view(bytes).substr(place.offset, place.length), GetParam().first, 'I')
                           .value_or("none");
        }
        return carried;
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
    encoder_->aside("1st");
    encoder_->write(std::string_view(content).substr(0, middle));
    encoder_->aside("2nd");
    encoder_->aside("3rd");
    encoder_->write(std::string_view(content).substr(middle));
    encoder_->aside("4th");
    const std::string bytes = written();
    EXPECT_TRUE(decoded(bytes) == content);
    const auto& pieces = encoder_->pieces();
    ASSERT_EQ(pieces.size(), 3U);
    EXPECT_EQ(asides_before(bytes, 0, 1, pieces[1]), "1st");
    EXPECT_EQ(asides_before(bytes, 1, 2, pieces[2]), "2nd3rd");
    EXPECT_EQ(asides_before(bytes, 3, 1, bytes.size()), "4th");
}

TEST_P(PieceEncoding, NothingWrittenIsNothingButWhatWasPutAside) {
    encoder_->aside("one");
    EXPECT_EQ(carried_by(written(), GetParam().first, 'I'), "one");
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
