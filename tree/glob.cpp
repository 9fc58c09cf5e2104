#include "glob.hpp"

namespace jailctl::tree {
namespace {

/// Length of the bracket expression at the front of `pattern`, 0 if it has no end; `matched` says whether `c` is in it.
std::size_t bracket(std::string_view pattern, char c, bool& matched) {
    const auto value = [](char byte) { return static_cast<unsigned char>(byte); };
    std::size_t at = 1;
    const bool negated = at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^');
    if (negated) ++at;
    bool found = false;
    for (bool first = true; at < pattern.size() && (first || pattern[at] != ']'); first = false) {
        if (pattern[at] == '\\' && at + 1 < pattern.size()) ++at;
        const char low = pattern[at++];
        char high = low;
        if (at + 1 < pattern.size() && pattern[at] == '-' && pattern[at + 1] != ']') {
            high = pattern[at + 1];
            at += 2;
        }
        found = found || (value(low) <= value(c) && value(c) <= value(high));
    }
    if (at >= pattern.size()) return 0;
    matched = found != negated;
    return at + 1;
}

/// Length of the pattern's first element if it matches `c`, else 0.
std::size_t match_one(std::string_view pattern, char c) {
    if (pattern[0] == '?') return 1;
    if (pattern[0] == '\\' && pattern.size() > 1) return pattern[1] == c ? 2 : 0;
    if (pattern[0] == '[') {
        bool matched = false;
        if (const std::size_t length = bracket(pattern, c, matched); length > 0) return matched ? length : 0;
    }
    return pattern[0] == c ? 1 : 0;
}

}  // namespace

bool glob_match(std::string_view pattern, std::string_view text) noexcept {
    std::size_t p = 0, t = 0;
    std::size_t star = std::string_view::npos, star_text = 0;  // where to go on if what follows the last star fails
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            star_text = t;
            continue;
        }
        if (const std::size_t length = p < pattern.size() ? match_one(pattern.substr(p), text[t]) : 0; length > 0) {
            p += length;
            ++t;
            continue;
        }
        if (star == std::string_view::npos) return false;
        p = star + 1;
        t = ++star_text;
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

bool Excludes::match(std::string_view path) const {
    if (patterns_.empty()) return false;
    const std::string name = path.empty() ? "." : "./" + std::string(path);
    for (const std::string& pattern : patterns_) {
        if (glob_match(pattern, name)) return true;
        if (pattern.starts_with("./")) continue;
        for (std::size_t slash = name.find('/'); slash != std::string::npos; slash = name.find('/', slash + 1))
            if (glob_match(pattern, std::string_view(name).substr(slash + 1))) return true;
    }
    return false;
}

}  // namespace jailctl::tree
