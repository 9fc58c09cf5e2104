#include "config/word.hpp"

namespace jailctl::core::config {

/// `~` and `~user`, up to the next `/` or `:`. A quote or `$` before that, or an unknown user,
/// leaves the text as it is.
void Word::tilde(Ends ends) {
    const Position start = cursor_.position();
    cursor_.advance();
    std::string user;
    bool plain = true;
    for (int c = cursor_.peek(); plain; c = cursor_.peek()) {
        if (c == '/' || c == ':') break;
        if (ends == Ends::with_brace ? c == '}' || c == Cursor::end : ends_word(c) || is_operator(c)) break;
        plain = c != '\'' && c != '"' && c != '\\' && c != '$' && c != '`';
        user += static_cast<char>(c);
        cursor_.advance();
    }
    std::optional<std::string> home;
    if (plain && !discarding()) {
        const Found assigned = user.empty() ? find("HOME") : Found{};
        home = assigned.value != nullptr ? assigned.value->text().substr(0, assigned.length)
                                         : script_.files->home(user);
    }
    if (home) {
        spend(home->size(), start);
        out_.append_from(*home, start);
        check_size(start);
        return;
    }
    cursor_.back_to(start);  // not a tilde-prefix: only the '~' is taken, the rest is read as usual
    put('~', start);
    cursor_.advance();
}

}  // namespace jailctl::core::config
