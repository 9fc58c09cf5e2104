#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace jailctl::tree {

/// Decodes the gzip members or zstd frames of one piece, those without content that stand behind it included. Check
/// sums and lengths are compared. @param out  as long as the content has to be
/// @return false: they are damaged, or hold more or less than that
[[nodiscard]] bool decode_piece(std::string_view in, std::string& out);

/// How far one gzip member reached.
struct InflatedMember {
    std::size_t used, made;
};
/// One member by ISA-L where jailctl was built with it. @return nothing: it did not take it, which says nothing
[[nodiscard]] std::optional<InflatedMember> inflate_fast(std::string_view in, char* out, std::size_t room);

}  // namespace jailctl::tree
