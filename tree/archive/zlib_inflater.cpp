#include <algorithm>
#include <limits>
#include <new>
#include <string>
#include <zlib.h>

#include "archive/member_inflater.hpp"

#include "jailctl/sdk/error.hpp"

namespace jailctl::tree {
namespace {

uInt bounded(std::size_t size) {
    return static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max()));
}

class Zlib final : public MemberInflater {
public:
    Zlib() {
        if (::inflateInit2(&stream_, 16 + MAX_WBITS) != Z_OK) throw std::bad_alloc();
    }
    ~Zlib() override { ::inflateEnd(&stream_); }
    Zlib(const Zlib&) = delete;
    Zlib& operator=(const Zlib&) = delete;

    void begin() override {
        if (::inflateReset(&stream_) != Z_OK) throw Error(Errc::internal, "zlib cannot be reset");
    }

    Step step(std::string_view in, char* out, std::size_t room) override {
        const uInt given = bounded(in.size()), free = bounded(room);
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
        stream_.avail_in = given;
        stream_.next_out = reinterpret_cast<Bytef*>(out);
        stream_.avail_out = free;
        const int result = ::inflate(&stream_, Z_NO_FLUSH);
        if (result == Z_MEM_ERROR) throw std::bad_alloc();
        if (result != Z_OK && result != Z_BUF_ERROR && result != Z_STREAM_END)
            throw Error(Errc::damaged, std::string("the archive's compressed data is damaged: ") +
                                           (stream_.msg != nullptr ? stream_.msg : "it needs a dictionary"));
        return {given - stream_.avail_in, free - stream_.avail_out, result == Z_STREAM_END};
    }

private:
    z_stream stream_{};
};

}  // namespace

std::unique_ptr<MemberInflater> zlib_inflater() { return std::make_unique<Zlib>(); }

bool is_for_fast_inflater(std::string_view member) noexcept {
    constexpr std::size_t method = 2, flags = 3, fixed_size = 10;  // RFC 1952, 2.3
    constexpr unsigned names = 0x18;                               // FNAME, FCOMMENT
    if (member.size() < fixed_size || member[method] != 8) return false;
    return (static_cast<unsigned char>(member[flags]) & ~names) == 0;
}

}  // namespace jailctl::tree
