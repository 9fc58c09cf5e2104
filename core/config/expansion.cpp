#include "config/word.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::core::config {

namespace {

bool is_special_parameter(int c) {
    constexpr std::string_view special = "0123456789?$!@*#-";
    return c > 0 && special.find(static_cast<char>(c)) != std::string_view::npos;
}

SyntaxError never_closed(Position dollar) { return {dollar, "this `${` is never closed", "add the closing `}`", true}; }

SyntaxError special_parameter(Position at, int c) {
    return {at, std::string("`$") + static_cast<char>(c) + "` is a parameter of a running shell",
            "nothing is run: write the value out, or `\\$` for a dollar sign", false};
}

/// Which construct of sh `${X` and then `c` would begin.
std::string construct_of(int c) {
    switch (c) {
        case '%':
        case '#': return "removing a pattern (`${X%y}`, `${X#y}`) is not supported";
        case '/': return "replacing (`${X/a/b}`) is not sh and not supported";
        case '[': return "an array element (`${X[n]}`) is not sh and not supported";
        case ':': return "a substring (`${X:n}`) is not sh and not supported";
        default: return "bad substitution: expected `}` or one of - = + ? after the name";
    }
}

}  // namespace

/// Text is read and checked but not kept while one of these lives: the unused word of `${X:-word}`.
class Word::Discarding {
public:
    Discarding(Word& word, bool on) : word_(word), on_(on) { word_.discarding_ += on_ ? 1 : 0; }
    Discarding(const Discarding&) = delete;
    Discarding& operator=(const Discarding&) = delete;
    ~Discarding() { word_.discarding_ -= on_ ? 1 : 0; }

private:
    Word& word_;
    bool on_;
};

std::string Word::read_name() {
    std::string name;
    for (int c = cursor_.peek(); continues_name(c); c = cursor_.peek()) {
        name += static_cast<char>(c);
        cursor_.advance();
    }
    return name;
}

void Word::dollar(Quoted quoted) {
    const Position at = cursor_.position();
    cursor_.advance();
    const int c = cursor_.peek();
    if (starts_name(c)) return expand(read_name(), at);
    if (c == '{') return braces(at, quoted);
    if (c == '(')
        throw SyntaxError{at, cursor_.raw(1) == '(' ? "arithmetic `$((...))`" : "command substitution `$(...)`",
                          "nothing is run: write the value out", false};
    if (c == '\'' && quoted == Quoted::no)
        throw SyntaxError{at, "`$'...'` is not sh", "write the value out between plain quotes", false};
    if (is_special_parameter(c)) throw special_parameter(at, c);
    put('$', at);
}

void Word::braces(Position dollar, Quoted quoted) {
    cursor_.advance();
    const int c = cursor_.peek();
    if (c == '#') throw SyntaxError{dollar, "a length (`${#X}`) is not supported", "write the value out", false};
    if (is_special_parameter(c)) throw special_parameter(dollar, c);
    if (c == Cursor::end) throw never_closed(dollar);
    if (!starts_name(c))
        throw SyntaxError{dollar, "bad substitution: a name must follow `${`",
                          "write ${NAME}, or `\\$` for a dollar sign", false};
    if (depth_ >= deepest_expansion)
        throw SyntaxError{dollar, "expansions are nested more than 64 deep", "write the value out", false};

    Parameter parameter{read_name(), dollar, quoted, false, 0};
    read_operation(parameter);
    if (parameter.operation == 0) {
        expand(parameter.name, dollar);
    } else {
        ++depth_;
        expand_or(parameter);
        --depth_;
    }
    if (cursor_.peek() == Cursor::end) throw never_closed(dollar);
    cursor_.advance();
}

void Word::read_operation(Parameter& parameter) {
    int c = cursor_.peek();
    if (c == '}' || c == Cursor::end) return;
    const Position at = cursor_.position();
    if (c == ':') {
        cursor_.advance();
        parameter.colon = true;
        c = cursor_.peek();
    }
    if (c == '-' || c == '=' || c == '+' || c == '?') {
        parameter.operation = c;
        cursor_.advance();
        return;
    }
    if (c == Cursor::end) throw never_closed(parameter.dollar);
    throw SyntaxError{at, construct_of(parameter.colon ? ':' : c), "write the value out", false};
}

/// The variable's value so far. While its own assignment is read, the old value may stand at the start of out_.
Word::Found Word::find(std::string_view name) {
    if (name != target_)
        environment_.note_use(name);
    else if (taken_)
        return {&out_, taken_length_};
    const Assigned* variable = environment_.find(name);
    return variable != nullptr ? Found{&variable->value, variable->value.size()} : Found{};
}

/// `A="$A more"` moves the old value instead of copying it, so that a thousand such lines cost what they add.
bool Word::take_over(std::string_view name) {
    if (name != target_ || old_value_ == OldValue::stays || taken_ || discarding() || !out_.empty() || depth_ > 0)
        return false;
    Assigned* variable = environment_.own(name);
    if (variable == nullptr || variable->value.empty()) return false;
    out_ = std::move(variable->value);
    taken_ = true;
    taken_length_ = out_.size();
    return true;
}

void Word::give_back() {
    if (!taken_) return;
    out_.truncate(taken_length_);
    environment_.own(target_)->value = std::move(out_);
}

void Word::spend(std::size_t bytes, Position at) {
    budget_.copied += bytes;
    if (budget_.copied > most_copied)
        throw SyntaxError{at, "values copied by expansions add up to more than 64 MiB", "write shorter values", true};
}

void Word::put(const Found& found, Position at) {
    if (discarding() || found.value == nullptr) return;
    spend(found.length, at);
    out_.append(*found.value, 0, found.length);
    check_size(at);
}

void Word::expand(std::string_view name, Position dollar) {
    if (take_over(name)) return;
    const Found found = find(name);
    if (found.value == nullptr && !discarding())
        script_.add(Severity::warning, dollar,
                    '`' + std::string(name) + "` is not set before this place and reads as empty",
                    "only this file assigns: the environment is not consulted");
    put(found, dollar);
}

void Word::expand_or(const Parameter& parameter) {
    const Found found = find(parameter.name);
    const bool use_word = found.value == nullptr || (parameter.colon && found.length == 0);
    switch (parameter.operation) {
        case '?': return require(parameter, use_word);
        case '=': return assign_or_expand(parameter, use_word);
        case '+': {
            const Discarding unused(*this, use_word);
            return alternative(parameter);
        }
        default: {
            if (!use_word) put(found, parameter.dollar);
            const Discarding unused(*this, !use_word);
            return alternative(parameter);
        }
    }
}

void Word::assign_or_expand(const Parameter& parameter, bool use_word) {
    if (!use_word) put(find(parameter.name), parameter.dollar);
    const Discarding unused(*this, !use_word);
    const std::size_t start = out_.size();
    ++assigning_;
    alternative(parameter);
    --assigning_;
    if (!discarding()) environment_.assign(parameter.name, out_.part(start, out_.size() - start), parameter.dollar);
}

void Word::require(const Parameter& parameter, bool use_word) {
    const bool fails = use_word && !discarding();
    if (!use_word) put(find(parameter.name), parameter.dollar);
    const Discarding unused(*this, !use_word);
    const std::size_t start = out_.size();
    alternative(parameter);
    if (!fails) return;
    std::string reason = out_.text().substr(start);
    if (reason.empty()) reason = parameter.colon ? "not set, or empty" : "not set";
    throw SyntaxError{parameter.dollar, parameter.name + ": " + escape_name(reason),
                      "set " + parameter.name + " above this line", false};
}

void Word::alternative(const Parameter& parameter) {
    if (parameter.quoted == Quoted::yes)
        quoted_until_brace();
    else
        unquoted(Ends::with_brace);
}

}  // namespace jailctl::core::config
