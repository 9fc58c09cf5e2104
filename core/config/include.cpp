#include <algorithm>

#include "config/parser.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::core::config {

/// `. file`: read there and then, as sh does. A name without '/' is beside the including file,
/// never searched for in PATH.
void Parser::include(Cursor& cursor, Position dot) {
    while (is_blank(cursor.peek())) cursor.advance();
    const Position at = cursor.position();
    const int c = cursor.peek();
    if (ends_word(c) || c == '#') throw SyntaxError{dot, "`.` without the name of a file", "write `. file`", false};
    const std::filesystem::path named(
        Word(cursor, environment_, script_, budget_, {}, Word::OldValue::stays).read().text());
    while (is_blank(cursor.peek())) cursor.advance();
    if (!ends_word(cursor.peek()) && cursor.peek() != '#')
        throw SyntaxError{cursor.position(), "a word after the name of the included file", "write one file to a `.`",
                          false};
    if (named.empty()) throw SyntaxError{at, "the name of the included file is empty", "write `. file`", false};
    open_include((open_.back().parent_path() / named).lexically_normal(), at);
}

void Parser::open_include(const std::filesystem::path& file, Position at) {
    const std::string shown = escape_name(file.string());
    if (std::find(open_.begin(), open_.end(), file) != open_.end())
        throw SyntaxError{at, shown + " includes itself", "remove one of the `.` lines", false};
    if (open_.size() > static_cast<std::size_t>(deepest_include))
        throw SyntaxError{at, "files are included more than 16 deep", "include them from fewer files", false};
    if (++includes_ > most_includes)
        throw SyntaxError{at, "more than 1000 files are included", "include fewer files", true};
    std::string text;
    try {
        text = script_.files->read(file);
    } catch (const Error& error) {
        throw SyntaxError{at, error.what(), error.hint(), false};
    }
    parse_text(file, std::move(text));
}

}  // namespace jailctl::core::config
