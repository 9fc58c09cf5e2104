#include "config/parser.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::core::config {

namespace {

constexpr std::string_view only_assignments =
    "the file is read, not run: only NAME=value, export, readonly and `. file` may stand here";
constexpr std::string_view no_space = "no space may stand around `=`: sh would run ";

/// The word as far as it can be shown: up to a blank, quote or operator.
std::string shown_word(Cursor cursor) {
    std::string word;
    for (int c = cursor.peek(); !ends_word(c) && !is_operator(c) && word.size() < 40; c = cursor.peek()) {
        word += static_cast<char>(c);
        cursor.advance();
    }
    return word;
}

/// The byte that makes `word`, which has a `=`, no assignment: a digit at its start, or one that no name has.
std::size_t bad_byte(std::string_view word) {
    if (!starts_name(static_cast<unsigned char>(word[0]))) return 0;
    std::size_t i = 0;
    while (continues_name(static_cast<unsigned char>(word[i]))) ++i;
    return i;
}

SyntaxError bad_name(Cursor cursor, const std::string& word, std::size_t equals) {
    const std::size_t bad = bad_byte(word);
    for (std::size_t i = 0; i < bad; ++i) {
        (void)cursor.peek();  // passes over a continued line inside the word
        cursor.advance();
    }
    if (word[bad] == '+' && bad + 1 == equals) {
        const std::string name = word.substr(0, bad);
        return {cursor.position(), "`+=` is not sh: some shells skip the line silently",
                "write " + name + "=\"$" + name + " ...\"", false};
    }
    if (word[bad] == '[')
        return {cursor.position(), "an array is not a value of sh",
                "use a variable of its own, or words between quotes", false};
    return {cursor.position(), '`' + escape_name(word.substr(0, equals)) + "` is not a name of a variable",
            "a name has letters, digits and `_`, and does not begin with a digit", false};
}

bool equals_follows(Cursor cursor, std::size_t word) {
    for (std::size_t i = 0; i < word; ++i) {
        (void)cursor.peek();
        cursor.advance();
    }
    if (!is_blank(cursor.peek())) return false;
    while (is_blank(cursor.peek())) cursor.advance();
    return cursor.peek() == '=';
}

}  // namespace

SyntaxError not_an_assignment(Cursor cursor, bool after_empty) {
    (void)cursor.peek();
    const Position at = cursor.position();
    const std::string word = shown_word(cursor);
    const std::string quoted = '`' + escape_name(word) + '`';
    if (word.empty())
        return {at, std::string("unquoted `") + static_cast<char>(cursor.peek()) + '`', std::string(only_assignments),
                false};
    if (after_empty) return {at, "a space after `=`", std::string(no_space) + quoted + " as a command", false};
    if (word[0] == '=') {
        std::string runs(no_space);  // as one expression g++ 12 warns of bounds that hold
        return {at, "a space before `=`", runs.append("the word before it as a command"), false};
    }
    const std::size_t equals = word.find('=');
    const bool plain = word.find_first_of("'\"\\$`") > equals;
    if (equals != std::string::npos && plain) return bad_name(cursor, word, equals);
    if (equals_follows(cursor, word.size())) {
        while (!is_blank(cursor.peek())) cursor.advance();
        return {cursor.position(), "a space before `=`", std::string(no_space) + quoted + " as a command", false};
    }
    if (word[0] == '`' || word.substr(0, 2) == "$(" || word == "$")
        return {at, "command substitution", "nothing is run: write the value out", false};
    return {at, quoted + " is not an assignment", std::string(only_assignments), false};
}

}  // namespace jailctl::core::config
