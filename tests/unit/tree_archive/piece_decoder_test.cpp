#include <gtest/gtest.h>

#include "archive/aside.hpp"
#include "archive/piece_codec.hpp"
#include "archive/piece_decoder.hpp"
#include "gzip_members.hpp"

namespace jailctl::tree::test {
namespace {

struct Codec {
    const char* name;
    PieceCodec (*make)();
};

class PieceDecoding : public ::testing::TestWithParam<Codec> {
protected:
    std::string encoded(const std::string& content) {
        std::string out;
        out.resize(compressor_->compress(content, out));
        return out;
    }
    std::unique_ptr<PieceCompressor> compressor_ = GetParam().make().make();
};

TEST_P(PieceDecoding, GivesBackWhatWasEncodedAndNothingElse) {
    for (const std::size_t size : {1U, 511U, 100000U, 1U << 20}) {
        const std::string content = text(size, 1), piece = encoded(content);
        std::string out(size, '\0');
        ASSERT_TRUE(decode_piece(piece, out)) << size;
        ASSERT_TRUE(out == content) << size;
        std::string longer(size + 1, '\0'), shorter(size - 1, '\0');
        EXPECT_FALSE(decode_piece(piece, longer)) << size;
        EXPECT_FALSE(decode_piece(piece, shorter)) << size;
        EXPECT_FALSE(decode_piece(piece + "x", out)) << size;
        EXPECT_FALSE(decode_piece(piece.substr(0, piece.size() - 1), out)) << size;
    }
}

TEST_P(PieceDecoding, PassesOverWhatStandsAside) {
    const std::string content = text(50000, 2), piece = encoded(content);
    const Format format = piece.starts_with("\x1f\x8b") ? Format::tar_gz : Format::tar_zst;
    std::string out(content.size(), '\0');
    ASSERT_TRUE(decode_piece(piece + wrapped_aside(text(30000, 3), format, piece.size()), out));
    EXPECT_TRUE(out == content);
}

/// A flipped bit is found, or it is one that means nothing (a header's time, its system): the content is never another.
TEST_P(PieceDecoding, NeverGivesOtherContent) {
    const std::string content = text(3000, 4), piece = encoded(content);
    std::size_t refused = 0;
    for (std::size_t bit = 0; bit < piece.size() * 8; ++bit) {
        std::string odd = piece, out(content.size(), '\0');
        odd[bit / 8] = static_cast<char>(odd[bit / 8] ^ (1 << bit % 8));
        if (decode_piece(odd, out))
            ASSERT_TRUE(out == content) << bit;
        else
            ++refused;
    }
    EXPECT_GT(refused, piece.size() * 7);
}

INSTANTIATE_TEST_SUITE_P(Codecs, PieceDecoding,
                         ::testing::Values(Codec{"Fast", &fast_gzip_codec},
                                           Codec{"Deflate", [] { return deflate_codec(5); }},
                                           Codec{"Zstd", [] { return zstd_codec(Level::normal); }}),
                         [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace jailctl::tree::test
