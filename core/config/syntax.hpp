#pragma once

#include <string>
#include <utility>

#include "config/source.hpp"

namespace jailctl::core::config {

/// Thrown where a statement breaks the grammar, caught by the parser of the file, which goes on with the next line.
struct SyntaxError {
    Position at;
    std::string sentence;
    std::string advice;
    bool to_the_end = false;  ///< the rest of the file belongs to it: an unterminated quote
};

/// Limits that keep a hostile file from taking memory, stack or time (security.md 7).
inline constexpr std::size_t largest_value = 1U << 20U;
inline constexpr std::size_t most_copied = 64U << 20U;  ///< bytes copied by expansions in all
inline constexpr int deepest_expansion = 64;
inline constexpr int deepest_include = 16;
inline constexpr int most_includes = 1000;
inline constexpr std::size_t most_errors = 20;     ///< of grammar in one file
inline constexpr std::size_t most_warnings = 200;  ///< in all

}  // namespace jailctl::core::config
