#include <algorithm>
#include <isa-l/igzip_lib.h>
#include <limits>
#include <string>

#include "archive/member_inflater.hpp"

#include "jailctl/sdk/error.hpp"

namespace jailctl::tree {
namespace {

std::uint32_t bounded(std::size_t size) {
    return static_cast<std::uint32_t>(std::min<std::size_t>(size, std::numeric_limits<std::uint32_t>::max()));
}

/// In zlib's words as far as they say the same.
const char* reason(int result) {
    switch (result) {
        case ISAL_INVALID_BLOCK: return "invalid block";
        case ISAL_INVALID_SYMBOL: return "invalid code";
        case ISAL_INVALID_LOOKBACK: return "invalid distance too far back";
        case ISAL_INCORRECT_CHECKSUM: return "incorrect data or length check";
        default: return "incorrect header check";
    }
}

class Isal final : public MemberInflater {
public:
    void begin() override {
        ::isal_inflate_init(&state_);
        state_.crc_flag = ISAL_GZIP;
    }

    Step step(std::string_view in, char* out, std::size_t room) override {
        const std::uint32_t given = bounded(in.size()), free = bounded(room);
        state_.next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(in.data()));
        state_.avail_in = given;
        state_.next_out = reinterpret_cast<std::uint8_t*>(out);
        state_.avail_out = free;
        const int result = ::isal_inflate(&state_);
        if (result != ISAL_DECOMP_OK)
            throw Error(Errc::damaged, std::string("the archive's compressed data is damaged: ") + reason(result));
        return {given - state_.avail_in, free - state_.avail_out, state_.block_state == ISAL_BLOCK_FINISH};
    }

private:
    inflate_state state_;
};

}  // namespace

std::unique_ptr<MemberInflater> fast_inflater() { return std::make_unique<Isal>(); }

}  // namespace jailctl::tree
