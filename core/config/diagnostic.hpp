#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/value.hpp"

namespace jailctl::core::config {

enum class Severity { warning, error };

/// One thing to say about a configuration file.
struct Diagnostic {
    Severity severity = Severity::error;
    Origin origin;         ///< line 0: the file as a whole
    std::string sentence;  ///< names the thing and the cause
    std::string advice;    ///< what to write instead, may be empty
    std::string source;    ///< the source line, control bytes escaped; empty if there is none to show
    std::string caret;     ///< blanks and '^' to print below `source`
    std::string jail{};    ///< key of the only jail it concerns: it is about that one's own file; empty: all of them

    /// "FILE:LINE:COL: error: TEXT", the source line, the caret, the advice: joined by newlines, none at the end.
    [[nodiscard]] std::string text() const;
    /// {"severity", "file", "line", "column", "message", "advice"}
    [[nodiscard]] Value data() const;
};

[[nodiscard]] bool failed(const std::vector<Diagnostic>& diagnostics) noexcept;

/// Those of one jail's own file, by its key; with an empty key those that concern all jails.
[[nodiscard]] std::vector<Diagnostic> concerning(const std::vector<Diagnostic>& diagnostics, std::string_view jail);

/// The first error as an Error config (hint: its advice, or 'jailctl config check' when there are several), for
/// commands that stop there. @pre failed(diagnostics)
[[nodiscard]] Error as_error(const std::vector<Diagnostic>& diagnostics);

}  // namespace jailctl::core::config
