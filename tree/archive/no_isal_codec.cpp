#include "archive/piece_codec.hpp"

namespace jailctl::tree {

PieceCodec fast_gzip_codec() { return deflate_codec(1); }

}  // namespace jailctl::tree
