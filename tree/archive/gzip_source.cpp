#include <libdeflate.h>
#include <memory>
#include <optional>
#include <zlib.h>

#include "archive/aside.hpp"
#include "archive/input_window.hpp"
#include "archive/piece_codec.hpp"

#include "jailctl/sdk/error.hpp"

namespace jailctl::tree {
namespace {

constexpr std::size_t buffer_size = 1 << 18;
/// Bytes looked at for a whole member: a quarter more than the content of ours, which covers members that did not
/// shrink and long headers. One that is longer still goes the long way.
constexpr std::size_t most_input = gzip_piece + gzip_piece / 4;

using Decompressor = std::unique_ptr<libdeflate_decompressor, void (*)(libdeflate_decompressor*)>;

/// Inflates any number of members, one after the other. Those as long as jailctl's own in one go by libdeflate, which
/// is much faster; whatever it does not take is left to zlib, which inflates members of any length and says what is
/// wrong with them. Both compare check sum and length of each member.
class GzipSource final : public ByteSource {
public:
    GzipSource(ByteSource& from, std::atomic<bool>* parts)
        : input_(from), parts_(parts), whole_(libdeflate_alloc_decompressor(), &libdeflate_free_decompressor),
          buffer_(gzip_piece, '\0') {
        if (!whole_ || ::inflateInit2(&stream_, 16 + MAX_WBITS) != Z_OK) throw std::bad_alloc();
    }
    ~GzipSource() override { ::inflateEnd(&stream_); }

    std::string_view next() override {
        for (;;) {
            std::size_t size = 0;
            if (!at_boundary_)
                size = inflate_some();
            else if (const auto member = input_.fill(most_input); member.empty())
                return {};
            else
                size = begin_member(member);
            if (size > 0) return std::string_view(buffer_).substr(0, size);
        }
    }

private:
    /// @return the bytes inflated already: all of a small member, none of others
    std::size_t begin_member(std::string_view member) {
        if (member.front() != '\x1f')
            throw Error(Errc::damaged, "there is something behind the archive's compressed data");
        if (parts_ != nullptr && begins_part(member)) *parts_ = true;
        if (const auto size = inflate_whole(member)) return *size;
        if (::inflateReset(&stream_) != Z_OK) throw Error(Errc::internal, "zlib cannot be reset");
        at_boundary_ = false;
        return 0;
    }
    std::optional<std::size_t> inflate_whole(std::string_view member) {
        constexpr std::size_t flags = 3;
        constexpr char header_sum = 2;  // FHCRC of RFC 1952, which libdeflate does not compare
        if (member.size() <= flags || (member[flags] & header_sum) != 0) return std::nullopt;
        std::size_t used = 0, size = 0;
        if (libdeflate_gzip_decompress_ex(whole_.get(), member.data(), member.size(), buffer_.data(), buffer_.size(),
                                          &used, &size) != LIBDEFLATE_SUCCESS)
            return std::nullopt;
        input_.use(used);
        return size;
    }
    std::size_t inflate_some() {
        const std::string_view input = input_.fill(1);
        if (input.empty()) throw Error(Errc::damaged, "the archive is cut off in its compressed data");
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
        stream_.avail_in = static_cast<uInt>(input.size());
        stream_.next_out = reinterpret_cast<Bytef*>(buffer_.data());
        stream_.avail_out = buffer_size;
        const int result = ::inflate(&stream_, Z_NO_FLUSH);
        input_.use(input.size() - stream_.avail_in);
        if (result == Z_STREAM_END)
            at_boundary_ = true;
        else if (result == Z_MEM_ERROR)
            throw std::bad_alloc();
        else if (result != Z_OK && result != Z_BUF_ERROR)
            throw Error(Errc::damaged, std::string("the archive's compressed data is damaged: ") +
                                           (stream_.msg != nullptr ? stream_.msg : "it needs a dictionary"));
        return buffer_size - stream_.avail_out;
    }

    InputWindow input_;
    std::atomic<bool>* parts_;
    Decompressor whole_;
    std::string buffer_;
    z_stream stream_{};
    bool at_boundary_ = true;
};

}  // namespace

std::unique_ptr<ByteSource> make_gzip_decoder(ByteSource& file, std::atomic<bool>* parts) {
    return std::make_unique<GzipSource>(file, parts);
}

}  // namespace jailctl::tree
