#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "jailctl/sdk/export.hpp"

namespace jailctl {

/// `text` safe for a terminal: control bytes (C0 but newline and tab, DEL, C1), characters that change the order or
/// direction of others (U+202E), and invalid UTF-8 become \xNN.
[[nodiscard]] JAILCTL_SDK_EXPORT std::string escape_control(std::string_view text);
/// As escape_control, newline and tab escaped too: for names of files in messages, which stay one line.
[[nodiscard]] JAILCTL_SDK_EXPORT std::string escape_name(std::string_view text);
/// Whether all of `text` is well-formed UTF-8 (shortest forms, no surrogates): no other comes through JSON unchanged.
[[nodiscard]] JAILCTL_SDK_EXPORT bool is_utf8(std::string_view text) noexcept;
/// One word for a shell, for commands in hints, which somebody pastes: what means something to a shell has a backslash
/// before it, so that it may stand between quotes of the sentence; with control bytes or invalid UTF-8 it is $'...'.
[[nodiscard]] JAILCTL_SDK_EXPORT std::string shell_word(std::string_view text);
/// "1.4 GB", "512 B": decimal units, as `ls -h --si` prints them.
[[nodiscard]] JAILCTL_SDK_EXPORT std::string human_bytes(std::uint64_t bytes);
/// "0.31 s", "12 s", "3 min 05 s".
[[nodiscard]] JAILCTL_SDK_EXPORT std::string human_seconds(double seconds);
/// The candidate nearest to `word` by Damerau-Levenshtein distance, if within a third of its
/// length (at least 1); else "".
[[nodiscard]] JAILCTL_SDK_EXPORT std::string nearest(std::string_view word, const std::vector<std::string>& candidates);
/// The parts in one text: "a, b, c"; "" of none.
[[nodiscard]] JAILCTL_SDK_EXPORT std::string joined(const std::vector<std::string>& parts,
                                                    std::string_view between = ", ");
/// Lower-case hexadecimal.
[[nodiscard]] JAILCTL_SDK_EXPORT std::string hex(std::string_view bytes);
/// "20261123T153200Z" of a Unix time, as in the names of archives.
[[nodiscard]] JAILCTL_SDK_EXPORT std::string timestamp(std::int64_t unix_seconds);
/// 64-bit FNV-1a: short stable names of interfaces and cgroups from names of jails. Not for secrets.
[[nodiscard]] JAILCTL_SDK_EXPORT std::uint64_t short_hash(std::string_view text) noexcept;

}  // namespace jailctl
