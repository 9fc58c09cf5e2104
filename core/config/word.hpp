#pragma once

#include <string>
#include <string_view>

#include "config/cursor.hpp"
#include "config/environment.hpp"
#include "config/script.hpp"
#include "config/syntax.hpp"

namespace jailctl::core::config {

/// Memory and time that the expansions of one parse may still take.
struct Budget {
    std::size_t copied = 0;
};

/// Reads one word as sh would expand it in an assignment: quotes, `\`, `$X`, `${X-w}` and `~`; no splitting, no
/// globbing. Every SyntaxError points into the text.
class Word {
public:
    /// Whether the target gets its new value as soon as the word is read, so that the old one may be moved into it.
    enum class OldValue { is_replaced, stays };

    /// @param target  the variable that is assigned: reading it is no use by another; empty for the word of `. file`
    Word(Cursor& cursor, Environment& environment, Script& script, Budget& budget, std::string_view target,
         OldValue old_value)
        : cursor_(cursor), environment_(environment), script_(script), budget_(budget), target_(target),
          old_value_(old_value) {}

    /// Reads up to the blank, newline, `;` or end that ends the word. @throws SyntaxError
    [[nodiscard]] Traced read();

private:
    enum class Ends { with_word, with_brace };
    enum class Quoted { no, yes };
    struct Parameter {
        std::string name;
        Position dollar;
        Quoted quoted;
        bool colon = false;
        int operation = 0;  // one of - = + ?
    };
    class Discarding;

    void unquoted(Ends ends);             // word.cpp
    void unquoted_byte(int c);
    void single_quoted();
    void double_quoted(bool in_braces);
    void quoted_until_brace();
    void quoted_byte(int c, bool in_braces);
    void escaped();
    void escaped_in_quotes(bool in_braces);

    void dollar(Quoted quoted);           // expansion.cpp
    void braces(Position dollar, Quoted quoted);
    void read_operation(Parameter& parameter);
    void expand(std::string_view name, Position dollar);
    void expand_or(const Parameter& parameter);
    void assign_or_expand(const Parameter& parameter, bool use_word);
    void require(const Parameter& parameter, bool use_word);
    void alternative(const Parameter& parameter);
    std::string read_name();

    void tilde(Ends ends);                // tilde.cpp

    struct Found {
        const Traced* value = nullptr;  // null: never set
        std::size_t length = 0;
    };
    [[nodiscard]] Found find(std::string_view name);
    bool take_over(std::string_view name);
    void give_back();
    void put(int byte, Position from);
    void put(const Found& found, Position at);
    void check_size(Position at) const;
    void spend(std::size_t bytes, Position at);
    [[nodiscard]] bool discarding() const noexcept { return discarding_ > 0; }

    Cursor& cursor_;
    Environment& environment_;
    Script& script_;
    Budget& budget_;
    std::string_view target_;
    OldValue old_value_;
    Traced out_;
    bool taken_ = false;           // out_ begins with the target's old value, moved here and not copied
    std::size_t taken_length_ = 0;
    int discarding_ = 0;
    int depth_ = 0;
    int assigning_ = 0;  // within the word of `${X=word}`, where `:` begins no tilde-prefix
};

}  // namespace jailctl::core::config
