#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace jailctl::tree {

/// Makes of one piece of the tar stream bytes that can be decoded without any other piece: a gzip member, a zstd frame.
/// One thread each.
class PieceCompressor {
public:
    virtual ~PieceCompressor() = default;
    /// @param out  kept from piece to piece; made as long as it ever has to be, the result stands at its beginning
    /// @return how long the result is; 0: there is no memory
    virtual std::size_t compress(std::string_view piece, std::string& out) = 0;
};

/// A way to compress pieces.
struct PieceCodec {
    std::size_t piece;   ///< bytes of the tar stream in each, all but the last
    std::size_t memory;  ///< bytes that one compressor takes
    /// @return nullptr: there is no memory
    std::function<std::unique_ptr<PieceCompressor>()> make;
};

/// Each gzip member that jailctl writes holds this much of the tar stream.
inline constexpr std::size_t gzip_piece = std::size_t{1} << 20;

/// What BACKUP_LEVEL says: how much time may go into size.
enum class Level { fast, normal, best };

/// gzip by libdeflate. @param level  1 to 12
[[nodiscard]] PieceCodec deflate_codec(int level);
/// The fastest gzip there is: by ISA-L where jailctl was built with it, else by libdeflate.
[[nodiscard]] PieceCodec fast_gzip_codec();
/// zstd, frames with check sums. Four times the piece of gzip: shorter ones would cost size.
[[nodiscard]] PieceCodec zstd_codec(Level level);

}  // namespace jailctl::tree
