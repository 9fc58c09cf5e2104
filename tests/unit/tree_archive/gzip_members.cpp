#include "gzip_members.hpp"

#include <gtest/gtest.h>
#include <random>
#include <zlib.h>

#include "jailctl/sdk/error.hpp"

namespace jailctl::tree::test {
namespace {

Bytef* bytes_of(const std::string& text) { return reinterpret_cast<Bytef*>(const_cast<char*>(text.data())); }

/// One member from `stream`'s input. @return the complaint
std::string inflate_member(z_stream& stream, std::string& content) {
    std::string buffer(1 << 16, '\0');
    for (;;) {
        stream.next_out = bytes_of(buffer);
        stream.avail_out = static_cast<uInt>(buffer.size());
        const int result = ::inflate(&stream, Z_NO_FLUSH);
        content.append(buffer, 0, buffer.size() - stream.avail_out);
        if (result == Z_STREAM_END) return "";
        if (result == Z_OK && (stream.avail_in > 0 || stream.avail_out == 0)) continue;
        if (result == Z_OK || result == Z_BUF_ERROR) return "the archive is cut off in its compressed data";
        return std::string("the archive's compressed data is damaged: ") + stream.msg;
    }
}

}  // namespace

std::string_view Pieces::next() {
    const std::string_view piece = std::string_view(bytes_).substr(at_, length_);
    at_ += piece.size();
    return piece;
}

std::string gzip_member(const std::string& content, Header header, int level, int strategy) {
    z_stream stream{};
    EXPECT_EQ(::deflateInit2(&stream, level, Z_DEFLATED, 16 + MAX_WBITS, 8, strategy), Z_OK);
    std::string name = "some-name.tar", extra = std::string("XY\x04\0data", 8), comment = "a comment";
    gz_header fields{};
    fields.name = bytes_of(name);
    fields.comment = bytes_of(comment);
    if (header != Header::titled) {
        fields.extra = bytes_of(extra);
        fields.extra_len = static_cast<uInt>(extra.size());
    }
    fields.hcrc = header == Header::summed ? 1 : 0;
    if (header != Header::bare) { EXPECT_EQ(::deflateSetHeader(&stream, &fields), Z_OK); }
    std::string out(::deflateBound(&stream, content.size()), '\0');
    stream.next_in = bytes_of(content);
    stream.avail_in = static_cast<uInt>(content.size());
    stream.next_out = bytes_of(out);
    stream.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(::deflate(&stream, Z_FINISH), Z_STREAM_END);
    out.resize(stream.total_out);
    ::deflateEnd(&stream);
    return out;
}

std::string text(std::size_t size, unsigned seed) {
    std::mt19937 random(seed);
    std::string out;
    while (out.size() < size) out += "line " + std::to_string(random()) + " of a file\n";
    out.resize(size);
    return out;
}

Reading read_all(ByteSource& source) {
    Reading reading;
    try {
        for (auto piece = source.next(); !piece.empty(); piece = source.next()) reading.content += piece;
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Errc::damaged);
        reading.complaint = error.what();
    }
    return reading;
}

Reading read_by_zlib(const std::string& bytes) {
    Reading reading;
    z_stream stream{};
    stream.next_in = bytes_of(bytes);
    stream.avail_in = static_cast<uInt>(bytes.size());
    EXPECT_EQ(::inflateInit2(&stream, 16 + MAX_WBITS), Z_OK);
    while (stream.avail_in > 0 && reading.complaint.empty()) {
        if (*stream.next_in != 0x1f) {
            reading.complaint = "there is something behind the archive's compressed data";
        } else {
            ::inflateReset(&stream);
            reading.complaint = inflate_member(stream, reading.content);
        }
    }
    ::inflateEnd(&stream);
    return reading;
}

}  // namespace jailctl::tree::test
