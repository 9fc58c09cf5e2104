#include <zstd.h>

#include "archive/aside.hpp"
#include "archive/source.hpp"

#include "jailctl/sdk/error.hpp"

namespace jailctl::tree {
namespace {

constexpr int largest_window = 27;  // 128 MiB, what `zstd --long` makes

class ZstdSource final : public ByteSource {
public:
    ZstdSource(ByteSource& from, std::atomic<bool>* parts)
        : from_(from),
          parts_(parts),
          stream_(ZSTD_createDStream(), &ZSTD_freeDStream),
          buffer_(ZSTD_DStreamOutSize(), '\0') {
        if (!stream_) throw std::bad_alloc();
        ZSTD_DCtx_setParameter(stream_.get(), ZSTD_d_windowLogMax, largest_window);
    }

    std::string_view next() override {
        for (;;) {
            if (input_.pos == input_.size && !pending_ && !refill()) return {};
            ZSTD_outBuffer out{buffer_.data(), buffer_.size(), 0};
            const std::size_t begin = input_.pos;
            if (!in_frame_) head_.clear();
            const std::size_t result = ZSTD_decompressStream(stream_.get(), &out, &input_);
            if (ZSTD_isError(result) != 0)
                throw Error(Errc::damaged,
                            std::string("the archive's compressed data is damaged: ") + ZSTD_getErrorName(result));
            look_at_head(begin);
            in_frame_ = result != 0;
            pending_ = in_frame_ && out.pos == out.size;
            if (out.pos > 0) return std::string_view(buffer_).substr(0, out.pos);
        }
    }

private:
    bool refill() {
        const std::string_view piece = from_.next();
        input_ = {piece.data(), piece.size(), 0};
        if (piece.empty() && in_frame_) throw Error(Errc::damaged, "the archive is cut off in its compressed data");
        return !piece.empty();
    }

    /// One call of zstd never goes on behind the end of a frame.
    void look_at_head(std::size_t begin) {
        if (parts_ == nullptr || head_.size() == frame_told_by) return;
        const std::string_view used(static_cast<const char*>(input_.src) + begin, input_.pos - begin);
        head_ += used.substr(0, frame_told_by - head_.size());
        if (begins_part(head_)) *parts_ = true;
    }

    ByteSource& from_;
    std::atomic<bool>* parts_;
    std::string head_;  // the first bytes of the frame
    std::unique_ptr<ZSTD_DStream, std::size_t (*)(ZSTD_DStream*)> stream_;
    std::string buffer_;
    ZSTD_inBuffer input_{nullptr, 0, 0};
    bool in_frame_ = false;
    bool pending_ = false;  // zstd may still hold output though its input is used up
};

}  // namespace

std::unique_ptr<ByteSource> make_zstd_decoder(ByteSource& file, std::atomic<bool>* parts) {
    return std::make_unique<ZstdSource>(file, parts);
}

}  // namespace jailctl::tree
