#include "archive/piece_decoder.hpp"

#include <libdeflate.h>
#include <memory>
#include <new>
#include <zstd.h>

namespace jailctl::tree {
namespace {

std::optional<InflatedMember> inflate_by_libdeflate(std::string_view in, char* out, std::size_t room) {
    thread_local const std::unique_ptr<libdeflate_decompressor, void (*)(libdeflate_decompressor*)> decompressor(
        libdeflate_alloc_decompressor(), &libdeflate_free_decompressor);
    if (!decompressor) throw std::bad_alloc();
    InflatedMember member{};
    if (libdeflate_gzip_decompress_ex(decompressor.get(), in.data(), in.size(), out, room, &member.used,
                                      &member.made) != LIBDEFLATE_SUCCESS)
        return std::nullopt;
    return member;
}

/// ISA-L takes a quarter less time; libdeflate has the last word on what it refuses.
bool inflate(std::string_view in, std::string& out) {
    std::size_t done = 0;
    while (!in.empty()) {
        auto member = inflate_fast(in, out.data() + done, out.size() - done);
        if (!member) member = inflate_by_libdeflate(in, out.data() + done, out.size() - done);
        if (!member) return false;
        in.remove_prefix(member->used);
        done += member->made;
    }
    return done == out.size();
}

}  // namespace

bool decode_piece(std::string_view in, std::string& out) {
    if (!in.starts_with("\x28\xb5\x2f\xfd")) return inflate(in, out);
    const std::size_t size = ZSTD_decompress(out.data(), out.size(), in.data(), in.size());
    return ZSTD_isError(size) == 0 && size == out.size();
}

}  // namespace jailctl::tree
