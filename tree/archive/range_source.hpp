#pragma once

#include <algorithm>
#include <memory>
#include <string>

#include "archive/aside.hpp"
#include "archive/source.hpp"

namespace jailctl::tree {

/// A stretch of a file.
class RangeSource final : public ByteSource {
public:
    RangeSource(int file, std::uint64_t begin, std::uint64_t end) : file_(file), at_(begin), end_(end) {}
    std::string_view next() override {
        constexpr std::uint64_t most = 1 << 18;
        buffer_ = read_exactly(file_, at_, static_cast<std::size_t>(std::min(most, end_ - at_)));
        at_ += buffer_.size();
        return buffer_;
    }

private:
    int file_;
    std::uint64_t at_, end_;
    std::string buffer_;
};

/// A source without its first bytes, all of which are in its first piece.
class Skipping final : public ByteSource {
public:
    Skipping(std::unique_ptr<ByteSource> from, std::size_t skip) : from_(std::move(from)), skip_(skip) {}
    std::string_view next() override {
        std::string_view piece = from_->next();
        piece.remove_prefix(std::min(piece.size(), skip_));
        skip_ = 0;
        return piece;
    }

private:
    std::unique_ptr<ByteSource> from_;
    std::size_t skip_;
};

}  // namespace jailctl::tree
