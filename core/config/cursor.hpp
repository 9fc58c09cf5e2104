#pragma once

#include <algorithm>
#include <string_view>

#include "config/source.hpp"

namespace jailctl::core::config {

/// Walks a text as sh reads it: `\` newline vanishes wherever peek() looks. Single quotes and comments use raw().
class Cursor {
public:
    static constexpr int end = -1;

    Cursor(std::string_view text, std::uint32_t file) : text_(text), file_(file) {}

    /// The next byte, or `end`. @pre not inside single quotes or a comment
    [[nodiscard]] int peek() noexcept {
        while (text_.substr(offset_, 2) == "\\\n") offset_ += 2;
        return raw();
    }
    /// The next byte as it stands.
    [[nodiscard]] int raw(std::size_t ahead = 0) const noexcept {
        return offset_ + ahead < text_.size() ? static_cast<unsigned char>(text_[offset_ + ahead]) : end;
    }
    void advance(std::size_t bytes = 1) noexcept { offset_ = std::min(offset_ + bytes, text_.size()); }
    /// Moves to the newline that ends this line, or to the end.
    void to_line_end() noexcept { offset_ = std::min(text_.find('\n', offset_), text_.size()); }
    void back_to(Position position) noexcept { offset_ = position.offset; }

    [[nodiscard]] Position position() const noexcept { return {file_, static_cast<std::uint32_t>(offset_)}; }
    [[nodiscard]] std::string_view rest() const noexcept { return text_.substr(offset_); }

private:
    std::string_view text_;
    std::size_t offset_ = 0;
    std::uint32_t file_;
};

[[nodiscard]] constexpr bool starts_name(int c) noexcept {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}
[[nodiscard]] constexpr bool continues_name(int c) noexcept { return starts_name(c) || (c >= '0' && c <= '9'); }
[[nodiscard]] constexpr bool is_blank(int c) noexcept { return c == ' ' || c == '\t'; }
/// Ends a word outside quotes.
[[nodiscard]] constexpr bool ends_word(int c) noexcept {
    return c == Cursor::end || is_blank(c) || c == '\n' || c == ';';
}
/// Has a meaning of its own to sh outside quotes, none here.
[[nodiscard]] constexpr bool is_operator(int c) noexcept {
    return c == '&' || c == '|' || c == '<' || c == '>' || c == '(' || c == ')';
}

}  // namespace jailctl::core::config
