#include <libdeflate.h>
#include <memory>
#include <optional>

#include "archive/aside.hpp"
#include "archive/input_window.hpp"
#include "archive/member_inflater.hpp"
#include "archive/piece_codec.hpp"

#include "jailctl/sdk/error.hpp"

namespace jailctl::tree {
namespace {

/// Bytes looked at for a whole member: a quarter more than the content of ours, which covers members that did not
/// shrink and long headers. One that is longer still goes the long way.
constexpr std::size_t most_input = gzip_piece + gzip_piece / 4;

using Decompressor = std::unique_ptr<libdeflate_decompressor, void (*)(libdeflate_decompressor*)>;

/// Inflates any number of members, one after the other. Those as long as jailctl's own in one go by
/// libdeflate; longer ones by ISA-L where there is one; whatever neither takes is left to zlib. All compare
/// check sum and length of each member.
class GzipSource final : public ByteSource {
public:
    GzipSource(ByteSource& from, std::atomic<bool>* parts)
        : input_(from), parts_(parts), whole_(libdeflate_alloc_decompressor(), &libdeflate_free_decompressor),
          buffer_(gzip_piece, '\0') {
        if (!whole_) throw std::bad_alloc();
    }

    std::string_view next() override {
        for (;;) {
            std::size_t size = 0;
            if (inflater_ != nullptr)
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
        inflater_ = fast_ && is_for_fast_inflater(member) ? fast_.get() : zlib_.get();
        inflater_->begin();
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
        if (input.empty() && !filled_) throw Error(Errc::damaged, "the archive is cut off in its compressed data");
        const auto step = inflater_->step(input, buffer_.data(), buffer_.size());
        input_.use(step.used);
        filled_ = step.made == buffer_.size();
        if (step.ended) inflater_ = nullptr;
        return step.made;
    }

    InputWindow input_;
    std::atomic<bool>* parts_;
    Decompressor whole_;
    std::string buffer_;
    std::unique_ptr<MemberInflater> zlib_ = zlib_inflater(), fast_ = fast_inflater();
    MemberInflater* inflater_ = nullptr;  // of the member that is being inflated, unless that goes at once
    bool filled_ = false;                 // it may have more to give without any further input
};

}  // namespace

std::unique_ptr<ByteSource> make_gzip_decoder(ByteSource& file, std::atomic<bool>* parts) {
    return std::make_unique<GzipSource>(file, parts);
}

}  // namespace jailctl::tree
