#include <libdeflate.h>

#include "archive/piece_codec.hpp"

namespace jailctl::tree {
namespace {

class Deflate final : public PieceCompressor {
public:
    explicit Deflate(int level) : compressor_(libdeflate_alloc_compressor(level), &libdeflate_free_compressor) {}

    std::size_t compress(std::string_view piece, std::string& out) override {
        if (!compressor_) return 0;
        // Of the same size each time: growing it again would fill it with zeros.
        out.resize(libdeflate_gzip_compress_bound(compressor_.get(), gzip_piece));
        return libdeflate_gzip_compress(compressor_.get(), piece.data(), piece.size(), out.data(), out.size());
    }

private:
    std::unique_ptr<libdeflate_compressor, void (*)(libdeflate_compressor*)> compressor_;
};

}  // namespace

PieceCodec deflate_codec(int level) {
    // 9 MiB for the levels that look for the best way, a good deal less for all others (libdeflate 1.14).
    const std::size_t memory = std::size_t{level < 10 ? 1U : 9U} << 20;
    return {gzip_piece, memory, [level] { return std::make_unique<Deflate>(level); }};
}

}  // namespace jailctl::tree
