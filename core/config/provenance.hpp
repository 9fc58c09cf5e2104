#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/source.hpp"

namespace jailctl::core::config {

/// A value that knows for each of its bytes which byte of which file wrote it, as runs of consecutive bytes: a value
/// copied through `$JAILS` keeps the positions of its first writing.
class Traced {
public:
    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    [[nodiscard]] std::size_t size() const noexcept { return text_.size(); }
    [[nodiscard]] bool empty() const noexcept { return text_.empty(); }

    /// One byte written at `from`.
    void append(char byte, Position from);
    /// Bytes that come from one place together, as a home directory from a `~`.
    void append_from(std::string_view bytes, Position from);
    /// `length` bytes of `other` (which may be this) from `start`, with their positions.
    void append(const Traced& other, std::size_t start, std::size_t length);
    void truncate(std::size_t size);
    [[nodiscard]] Traced part(std::size_t start, std::size_t length) const;

    /// Where byte `index` was written. @pre index < size()
    [[nodiscard]] Position at(std::size_t index) const;

private:
    struct Run {
        std::uint32_t start;  // index of its first byte in text_
        Position from;
        bool together;  // every byte of the run comes from the same place
    };
    [[nodiscard]] std::size_t run_of(std::size_t index) const;
    void add_run(std::size_t start, Position from, bool together);

    std::string text_;
    std::vector<Run> runs_;
};

}  // namespace jailctl::core::config
