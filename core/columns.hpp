#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace jailctl::core {

/// The columns a terminal needs for UTF-8, whatever the locale of the caller is: two for a character of East Asia, none
/// for an accent that is written behind its letter, one for a byte that is no character.
[[nodiscard]] std::size_t columns_of(std::string_view text);
/// As much of it as fits, whole characters.
[[nodiscard]] std::string_view cut_to_columns(std::string_view text, std::size_t columns);
/// The same lines, those that are too long broken between words; a word that is longer than a line stays whole unless
/// it is a list of alternatives with '|'. What continues a line begins with `indent` blanks.
[[nodiscard]] std::string wrapped(std::string_view text, std::size_t columns, std::size_t indent = 0);

/// How wide the terminal is that a descriptor leads to; else, or where it does not say, COLUMNS, else 80.
[[nodiscard]] std::size_t terminal_columns(int fd);

}  // namespace jailctl::core
