#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "jailctl/sdk/lines.hpp"

namespace jailctl::provision {

/// Cuts a stream into lines with bounded memory: a line longer than `line_limit` is given out in pieces, and after
/// `total_limit` bytes nothing more is given out. What comes is a jail's: it may be endless.
class LinePrinter {
public:
    static constexpr std::size_t line_limit = 4096;
    static constexpr std::uint64_t total_limit = 8U << 20U;

    explicit LinePrinter(std::function<void(std::string_view line)> print) : print_(std::move(print)) {}
    void feed(std::string_view chunk);
    /// Gives out a last line that has no end.
    void finish();
    /// Bytes that were not given out because of the limit.
    [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_; }

private:
    std::function<void(std::string_view)> print_;
    LineCutter lines_{line_limit};
    std::uint64_t given_ = 0, dropped_ = 0;
};

}  // namespace jailctl::provision
