#include "archive/member_inflater.hpp"
#include "archive/piece_codec.hpp"
#include "archive/piece_decoder.hpp"

namespace jailctl::tree {

PieceCodec fast_gzip_codec() { return deflate_codec(1); }

std::optional<InflatedMember> inflate_fast(std::string_view, char*, std::size_t) { return std::nullopt; }

std::unique_ptr<MemberInflater> fast_inflater() { return nullptr; }

}  // namespace jailctl::tree
