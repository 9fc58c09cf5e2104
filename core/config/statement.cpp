#include "config/parser.hpp"

namespace jailctl::core::config {

namespace {

/// A name at the cursor, which is moved past it; empty if there is none.
std::string take_name(Cursor& cursor) {
    std::string name;
    for (int c = cursor.peek(); name.empty() ? starts_name(c) : continues_name(c); c = cursor.peek()) {
        name += static_cast<char>(c);
        cursor.advance();
    }
    return name;
}

bool at_command_end(Cursor& cursor) {
    while (is_blank(cursor.peek())) cursor.advance();
    const int c = cursor.peek();
    return c == Cursor::end || c == '\n' || c == ';' || c == '#';
}

}  // namespace

Traced Parser::read_value(Cursor& cursor, const std::string& name, Word::OldValue old_value) {
    cursor.advance();  // past '='
    return Word(cursor, environment_, script_, budget_, name, old_value).read();
}

/// One command: assignments, `export` or `readonly` with assignments and names, or `. file`.
void Parser::assignment_or_keyword(Cursor& cursor) {
    bool first = true;
    bool after_empty = false;
    while (!at_command_end(cursor)) {
        Cursor ahead = cursor;
        const Position at = cursor.position();
        if (first && ahead.raw() == '.') {
            ahead.advance();
            if (ends_word(ahead.peek())) {
                cursor = ahead;
                return include(cursor, at);
            }
        }
        const std::string name = take_name(ahead);
        if (first && (name == "export" || name == "readonly") && ends_word(ahead.peek())) {
            cursor = ahead;
            return exported(cursor, name);
        }
        if (name.empty() || ahead.peek() != '=') throw not_an_assignment(cursor, after_empty);
        cursor = ahead;
        environment_.assign(name, read_value(cursor, name, Word::OldValue::is_replaced), at);
        after_empty = environment_.find(name)->value.empty();
        first = false;
    }
}

/// `export` and `readonly`: sh expands all of their words before it assigns the first.
void Parser::exported(Cursor& cursor, std::string_view keyword) {
    struct Pending {
        std::string name;
        Traced value;
        Position at;
    };
    std::vector<Pending> pending;
    while (!at_command_end(cursor)) {
        Cursor ahead = cursor;
        const Position at = cursor.position();
        const std::string name = take_name(ahead);
        if (name.empty() && ahead.raw() == '-')
            throw SyntaxError{at, "an option of `" + std::string(keyword) + "`",
                              "only NAME and NAME=value may follow `" + std::string(keyword) + '`', false};
        if (!name.empty() && ahead.peek() == '=') {
            cursor = ahead;
            pending.push_back({name, read_value(cursor, name, Word::OldValue::stays), at});
        } else if (!name.empty() && ends_word(ahead.peek())) {
            cursor = ahead;  // a bare name: nothing is exported from here, so nothing happens
        } else {
            throw not_an_assignment(cursor, false);
        }
    }
    for (auto& assignment : pending) environment_.assign(assignment.name, std::move(assignment.value), assignment.at);
}

}  // namespace jailctl::core::config
