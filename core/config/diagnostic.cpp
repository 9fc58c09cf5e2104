#include "config/diagnostic.hpp"

#include <algorithm>
#include <iterator>

namespace jailctl::core::config {

namespace {

std::string_view word_of(Severity severity) { return severity == Severity::error ? "error" : "warning"; }

bool is_error(const Diagnostic& diagnostic) { return diagnostic.severity == Severity::error; }

std::string place(const Origin& origin) {
    if (origin.line == 0) return origin.file;
    return origin.file + ':' + std::to_string(origin.line) + ':' + std::to_string(origin.column);
}

/// What is wrong with a file as a whole often begins with its name, which stands in front already.
std::string_view without_file(const Diagnostic& diagnostic) {
    const std::string& file = diagnostic.origin.file;
    std::string_view sentence = diagnostic.sentence;
    if (diagnostic.origin.line == 0 && sentence.starts_with(file + ' ')) sentence.remove_prefix(file.size() + 1);
    return sentence;
}

}  // namespace

std::string Diagnostic::text() const {
    std::string text = place(origin) + ": " + std::string(word_of(severity)) + ": " + std::string(without_file(*this));
    if (!caret.empty()) text += '\n' + source + '\n' + caret;
    if (!advice.empty()) text += '\n' + advice;
    return text;
}

Value Diagnostic::data() const {
    Value value;
    value.set("severity", word_of(severity)).set("file", origin.file);
    value.set("line", origin.line).set("column", origin.column);
    return value.set("message", sentence).set("advice", advice);
}

bool failed(const std::vector<Diagnostic>& diagnostics) noexcept {
    return std::any_of(diagnostics.begin(), diagnostics.end(), is_error);
}

std::vector<Diagnostic> concerning(const std::vector<Diagnostic>& diagnostics, std::string_view jail) {
    std::vector<Diagnostic> found;
    std::ranges::copy_if(diagnostics, std::back_inserter(found),
                         [&](const Diagnostic& diagnostic) { return diagnostic.jail == jail; });
    return found;
}

Error as_error(const std::vector<Diagnostic>& diagnostics) {
    const auto first = std::find_if(diagnostics.begin(), diagnostics.end(), is_error);
    const auto errors = std::count_if(diagnostics.begin(), diagnostics.end(), is_error);
    const bool named = first->origin.line == 0 && first->sentence.find(first->origin.file) != std::string::npos;
    Error error(Errc::config, named ? first->sentence : place(first->origin) + ": " + first->sentence);
    if (errors > 1)
        error.with_hint("'jailctl config check' shows this and " + std::to_string(errors - 1) + " more");
    else if (!first->advice.empty())
        error.with_hint(first->advice);
    return error;
}

}  // namespace jailctl::core::config
