#include <algorithm>
#include <zstd.h>

#include "archive/piece_codec.hpp"

namespace jailctl::tree {
namespace {

// A frame of its own for each piece costs half a per cent of size against one long frame. Tables of twice the size than
// level 3 has give that back for a sixth more time, so that backups are no larger than `zstd -3` makes them.
constexpr std::size_t zstd_piece = std::size_t{4} << 20;
constexpr int window_log = 22, hash_log = 18, chain_log = 17;
constexpr int default_level = 3;
// What level 11 takes; 12 would take twice that, and a backup more than bench row X1 allows.
constexpr std::size_t worker_memory = std::size_t{3} << 20, best_memory = std::size_t{26} << 20;

class Zstd final : public PieceCompressor {
public:
    explicit Zstd(int level) : context_(ZSTD_createCCtx(), &ZSTD_freeCCtx) {
        if (!context_) return;
        set(ZSTD_c_compressionLevel, level);
        set(ZSTD_c_checksumFlag, 1);
        if (level != default_level) return;
        set(ZSTD_c_windowLog, window_log);
        set(ZSTD_c_hashLog, hash_log);
        set(ZSTD_c_chainLog, chain_log);
    }

    std::size_t compress(std::string_view piece, std::string& out) override {
        if (!context_) return 0;
        out.resize(ZSTD_compressBound(zstd_piece));
        const std::size_t size = ZSTD_compress2(context_.get(), out.data(), out.size(), piece.data(), piece.size());
        return ZSTD_isError(size) != 0 ? 0 : size;
    }

private:
    void set(ZSTD_cParameter parameter, int value) { ZSTD_CCtx_setParameter(context_.get(), parameter, value); }
    std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> context_;
};

}  // namespace

PieceCodec zstd_codec(Level level) {
    const int number = level == Level::fast ? 1 : level == Level::best ? 11 : default_level;
    return {zstd_piece, level == Level::best ? best_memory : worker_memory,
            [number] { return std::make_unique<Zstd>(number); }};
}

}  // namespace jailctl::tree
