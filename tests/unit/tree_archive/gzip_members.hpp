#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "archive/source.hpp"

namespace jailctl::tree::test {

/// Bytes from memory, in pieces of one length.
class Pieces final : public ByteSource {
public:
    Pieces(std::string bytes, std::size_t length) : bytes_(std::move(bytes)), length_(length) {}
    std::string_view next() override;

private:
    std::string bytes_;
    std::size_t length_, at_ = 0;
};

/// What a member's header holds: nothing; a name, a comment and an extra field; those and a check sum of the header; a
/// name and a comment, as other tools write them.
enum class Header { bare, named, summed, titled };
/// A gzip member by zlib, of a level from 0 to 9 and a strategy of its own.
[[nodiscard]] std::string gzip_member(const std::string& content, Header header = Header::bare, int level = 6,
                                      int strategy = 0);
/// Text that shrinks to about a third, different for each seed.
[[nodiscard]] std::string text(std::size_t size, unsigned seed);

/// What reading a source to its end gave.
struct Reading {
    std::string content;
    std::string complaint;  ///< "" if there was none
    bool operator==(const Reading&) const = default;
};
[[nodiscard]] Reading read_all(ByteSource& source);
/// The same by zlib alone, member after member: what every archive has to come to.
[[nodiscard]] Reading read_by_zlib(const std::string& bytes);

}  // namespace jailctl::tree::test
