#include "patterns.hpp"

#include "jailctl/sdk/error.hpp"

namespace jailctl::restic {
namespace {

constexpr int most_wildcards = 6;  // 64 patterns at most

/// One piece of a pattern, and what restic may read in its place.
struct Piece {
    std::vector<std::string> readings;
};

std::string literal(char c) {
    return std::string(c == '*' || c == '?' || c == '[' || c == '\\' ? "\\" : "") + c;
}

Piece star(bool at_beginning_anywhere, bool at_end) {
    // At an end that is not fixed, what lies further up or down is matched already.
    if (at_beginning_anywhere || at_end) return {{"*"}};
    return {{"*", "*/**/*"}};
}

/// "[a-z]" or "[!x]" at `at`, which is moved behind it. Without a "]" the bracket is a character like any other.
Piece bracket(std::string_view text, std::size_t& at) {
    std::size_t next = at + 1;
    const bool negated = next < text.size() && (text[next] == '!' || text[next] == '^');
    if (negated) ++next;
    std::string items;
    bool slash = false;
    for (bool first = true; next < text.size() && (text[next] != ']' || first); first = false, ++next) {
        if (text[next] == '\\' && next + 1 < text.size()) ++next;
        else if (text[next] == '-' && !first && next + 1 < text.size() && text[next + 1] != ']') {
            items += '-';
            continue;
        }
        slash = slash || text[next] == '/';
        items += std::string("\\") + text[next];
    }
    if (next >= text.size()) {
        ++at;
        return {{"\\["}};
    }
    at = next + 1;
    Piece piece{{"[" + std::string(negated ? "^" : "") + items + "]"}};
    if (slash != negated) piece.readings.emplace_back("/");
    return piece;
}

std::vector<Piece> pieces_of(std::string_view text, bool anchored) {
    std::vector<Piece> pieces;
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at];
        if (c == '*') {
            while (at < text.size() && text[at] == '*') ++at;
            pieces.push_back(star(pieces.empty() && !anchored, at == text.size()));
        } else if (c == '?') {
            pieces.push_back({{"?", "/"}});
            ++at;
        } else if (c == '[') {
            pieces.push_back(bracket(text, at));
        } else {
            if (c == '\\' && at + 1 < text.size()) ++at;
            pieces.push_back({{literal(text[at])}});
            ++at;
        }
    }
    return pieces;
}

}  // namespace

std::string literal_pattern(std::string_view path) {
    std::string out;
    for (const char c : path) out += literal(c);
    return out;
}

std::vector<std::string> restic_patterns(std::string_view pattern, const std::string& view) {
    const bool anchored = pattern.starts_with("./");
    std::vector<std::string> found{literal_pattern(view) + (anchored ? "/" : "/**/")};
    int wildcards = 0;
    for (const Piece& piece : pieces_of(anchored ? pattern.substr(2) : pattern, anchored)) {
        if (piece.readings.size() > 1 && ++wildcards > most_wildcards)
            throw Error(Errc::unsupported,
                        "BACKUP_EXCLUDE: '" + std::string(pattern) + "' has too many wildcards for restic")
                .with_hint("write several simpler patterns");
        std::vector<std::string> longer;
        for (const auto& begun : found)
            for (const auto& reading : piece.readings) longer.push_back(begun + reading);
        found = std::move(longer);
    }
    return found;
}

}  // namespace jailctl::restic
