#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl {

namespace {

bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\n'; }

/// Length of the separator at `at`: a blank, or a backslash before a newline; 0 if there is none.
std::size_t separator(std::string_view text, std::size_t at) noexcept {
    if (is_blank(text[at])) return 1;
    return text[at] == '\\' && at + 1 < text.size() && text[at + 1] == '\n' ? 2 : 0;
}

bool is_name_character(char c, bool first) noexcept {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    return letter || (!first && ((c >= '0' && c <= '9') || c == '.' || c == '-'));
}

/// Reads the value behind '=' up to the next separator outside quotes and moves `at` behind it.
std::string quoted_value(std::string_view text, std::size_t& at, const std::string& name) {
    std::string value;
    char quote = 0;
    while (at < text.size()) {
        const char c = text[at];
        const std::size_t blanks = separator(text, at);
        if (quote == 0 && blanks != 0) return value;
        if (blanks == 2) {
            value += ' ';
            at += 2;
            continue;
        }
        ++at;
        if (quote == 0 && (c == '"' || c == '\'')) {
            quote = c;
        } else if (c == quote) {
            quote = 0;
        } else if (c == '\\' && quote != '\'' && at < text.size()) {
            value += text[at++];
        } else {
            value += c;
        }
    }
    if (quote != 0) throw Error(Errc::invalid, "'" + name + "': a quote is not closed");
    return value;
}

}  // namespace

std::vector<std::string> split_words(std::string_view text) {
    std::vector<std::string> words;
    std::string word;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t blanks = separator(text, at);
        if (blanks == 0) {
            word += text[at++];
            continue;
        }
        at += blanks;
        if (!word.empty()) words.push_back(std::move(word));
        word.clear();
    }
    if (!word.empty()) words.push_back(std::move(word));
    return words;
}

std::vector<std::pair<std::string, std::string>> split_assignments(std::string_view text) {
    std::vector<std::pair<std::string, std::string>> assignments;
    for (std::size_t at = 0; at < text.size();) {
        if (const std::size_t blanks = separator(text, at); blanks != 0) {
            at += blanks;
            continue;
        }
        std::string name;
        while (at < text.size() && is_name_character(text[at], name.empty())) name += text[at++];
        if (name.empty() || at == text.size() || text[at] != '=') {
            const auto word = split_words(text.substr(at - name.size()));
            throw Error(Errc::invalid, "'" + escape_name(word.front()) + "' is not of the form name=\"value\"");
        }
        ++at;
        std::string value = quoted_value(text, at, name);
        assignments.emplace_back(std::move(name), std::move(value));
    }
    return assignments;
}

}  // namespace jailctl
