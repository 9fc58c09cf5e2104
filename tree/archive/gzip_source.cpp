#include <zlib.h>

#include "archive/source.hpp"

#include "jailctl/sdk/error.hpp"

namespace jailctl::tree {
namespace {

constexpr std::size_t buffer_size = 1 << 18;

/// Inflates any number of members, one after the other; zlib compares CRC and length of each.
class GzipSource final : public ByteSource {
public:
    explicit GzipSource(ByteSource& from) : from_(from), buffer_(buffer_size, '\0') {
        if (::inflateInit2(&stream_, 16 + MAX_WBITS) != Z_OK) throw std::bad_alloc();
    }
    ~GzipSource() override { ::inflateEnd(&stream_); }

    std::string_view next() override {
        for (;;) {
            if (stream_.avail_in == 0 && !refill()) return {};
            if (at_boundary_) begin_member();
            const std::size_t size = inflate_some();
            if (size > 0) return std::string_view(buffer_).substr(0, size);
        }
    }

private:
    bool refill() {
        input_ = from_.next();
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input_.data()));
        stream_.avail_in = static_cast<uInt>(input_.size());
        if (!input_.empty()) return true;
        if (!at_boundary_) throw Error(Errc::damaged, "the archive is cut off in its compressed data");
        return false;
    }
    void begin_member() {
        if (*stream_.next_in != 0x1f)
            throw Error(Errc::damaged, "there is something behind the archive's compressed data");
        if (::inflateReset(&stream_) != Z_OK) throw Error(Errc::internal, "zlib cannot be reset");
        at_boundary_ = false;
    }
    std::size_t inflate_some() {
        stream_.next_out = reinterpret_cast<Bytef*>(buffer_.data());
        stream_.avail_out = static_cast<uInt>(buffer_.size());
        const int result = ::inflate(&stream_, Z_NO_FLUSH);
        if (result == Z_STREAM_END)
            at_boundary_ = true;
        else if (result == Z_MEM_ERROR)
            throw std::bad_alloc();
        else if (result != Z_OK && result != Z_BUF_ERROR)
            throw Error(Errc::damaged, std::string("the archive's compressed data is damaged: ") +
                                           (stream_.msg != nullptr ? stream_.msg : "it needs a dictionary"));
        return buffer_.size() - stream_.avail_out;
    }

    ByteSource& from_;
    std::string_view input_;
    std::string buffer_;
    z_stream stream_{};
    bool at_boundary_ = true;
};

}  // namespace

std::unique_ptr<ByteSource> make_gzip_decoder(ByteSource& file) { return std::make_unique<GzipSource>(file); }

}  // namespace jailctl::tree
