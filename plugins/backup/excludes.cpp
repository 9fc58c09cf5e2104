#include "excludes.hpp"

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/jail.hpp"

namespace jailctl::backup {

std::vector<std::string> parse_excludes(std::string_view value) {
    constexpr std::string_view option = "--exclude";
    std::vector<std::string> patterns;
    bool pattern_follows = false;
    for (const auto& word : split_words(value)) {
        if (pattern_follows) {
            patterns.push_back(word);
            pattern_follows = false;
        } else if (word == option) {
            pattern_follows = true;
        } else if (word.starts_with("--exclude=") && word.size() > option.size() + 1) {
            patterns.push_back(word.substr(option.size() + 1));
        } else {
            throw Error(Errc::invalid, "'" + word + "' is neither --exclude PATTERN nor --exclude=PATTERN");
        }
    }
    if (pattern_follows) throw Error(Errc::invalid, "--exclude is not followed by a pattern");
    return patterns;
}

}  // namespace jailctl::backup
