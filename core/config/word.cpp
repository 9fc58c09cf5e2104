#include "config/word.hpp"

namespace jailctl::core::config {

Traced Word::read() {
    try {
        unquoted(Ends::with_word);
    } catch (...) {
        give_back();
        throw;
    }
    return std::move(out_);
}

void Word::put(int byte, Position from) {
    if (discarding()) return;
    out_.append(static_cast<char>(byte), from);
    check_size(from);
}

void Word::check_size(Position at) const {
    if (out_.size() > largest_value)
        throw SyntaxError{at, "the value grows past 1 MiB here", "write a shorter value", false};
}

void Word::unquoted(Ends ends) {
    bool tilde_here = true;  // at the start, and after every unquoted ':'
    while (true) {
        const int c = cursor_.peek();
        if (ends == Ends::with_brace ? c == '}' || c == Cursor::end : ends_word(c)) return;
        if (ends == Ends::with_word && is_operator(c)) {
            const bool array = c == '(' && out_.empty() && tilde_here;
            throw SyntaxError{cursor_.position(),
                              array ? "an array is not a value of sh"
                                    : "unquoted `" + std::string(1, static_cast<char>(c)) + '`',
                              array ? "write the words between quotes: \"one two\""
                                    : "put the value between quotes; only assignments are allowed in this file",
                              false};
        }
        if (c == '~' && tilde_here)
            tilde(ends);
        else
            unquoted_byte(c);
        tilde_here = c == ':' && assigning_ == 0;
    }
}

void Word::unquoted_byte(int c) {
    switch (c) {
        case '\'': return single_quoted();
        case '"': return double_quoted(depth_ > 0);
        case '\\': return escaped();
        case '$': return dollar(Quoted::no);
        default: return quoted_byte(c, false);
    }
}

void Word::single_quoted() {
    const Position opening = cursor_.position();
    cursor_.advance();
    while (cursor_.raw() != '\'') {
        if (cursor_.raw() == Cursor::end)
            throw SyntaxError{opening, "this ' is never closed", "add the closing ' where the value ends", true};
        put(cursor_.raw(), cursor_.position());
        cursor_.advance();
    }
    cursor_.advance();
}

void Word::double_quoted(bool in_braces) {
    const Position opening = cursor_.position();
    cursor_.advance();
    for (int c = cursor_.peek(); c != '"'; c = cursor_.peek()) {
        if (c == Cursor::end)
            throw SyntaxError{opening, "this \" is never closed", "add the closing \" where the value ends", true};
        quoted_byte(c, in_braces);
    }
    cursor_.advance();
}

void Word::quoted_until_brace() {
    for (int c = cursor_.peek(); c != '}' && c != Cursor::end; c = cursor_.peek()) {
        if (c == '"')
            double_quoted(true);  // quotes within "${X:-...}" only protect a '}'
        else
            quoted_byte(c, true);
    }
}

void Word::quoted_byte(int c, bool in_braces) {
    if (c == '$') return dollar(Quoted::yes);
    if (c == '\\') return escaped_in_quotes(in_braces);
    if (c == '`')
        throw SyntaxError{cursor_.position(), "command substitution with backquotes",
                          "nothing is run: write the value out", false};
    put(c, cursor_.position());
    cursor_.advance();
}

void Word::escaped() {
    const int next = cursor_.raw(1);
    if (next != Cursor::end) cursor_.advance();  // a backslash that ends the file stays, as in sh
    put(cursor_.raw(), cursor_.position());
    cursor_.advance();
}

void Word::escaped_in_quotes(bool in_braces) {
    const int next = cursor_.raw(1);
    const bool special = next == '$' || next == '`' || next == '"' || next == '\\' || (in_braces && next == '}');
    if (special) cursor_.advance();
    put(cursor_.raw(), cursor_.position());
    cursor_.advance();
}

}  // namespace jailctl::core::config
