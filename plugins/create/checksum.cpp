#include "checksum.hpp"

#include <algorithm>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/lines.hpp"

namespace jailctl::create {

namespace {

constexpr std::string_view mark = "#sha256=";

bool is_digest(std::string_view text) {
    return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    });
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

bool names(std::string_view word, std::string_view archive) {
    if (word.starts_with('*')) word.remove_prefix(1);  // sha256sum: read in binary mode
    if (word.starts_with('(') && word.ends_with(')')) word = word.substr(1, word.size() - 2);
    return base_name(word) == base_name(archive);
}

}  // namespace

ArchiveWord parse_archive_word(const std::string& word) {
    ArchiveWord out{word, std::nullopt};
    if (const auto at = word.find(mark); at != std::string::npos) {
        const std::string_view digest = std::string_view(word).substr(at + mark.size());
        if (!is_digest(digest)) {
            throw Error(Errc::config, "BASE=archive:" + word + ": not 64 hexadecimal digits after #sha256=");
        }
        out.file = word.substr(0, at);
        out.sha256 = lower(digest);
    }
    if (!out.file.starts_with('/')) {
        throw Error(Errc::config, "BASE=archive:" + word + ": not an absolute path")
            .with_hint("write BASE=archive:/path/to/rootfs.tar.gz");
    }
    return out;
}

std::optional<std::string> digest_in(std::string_view text, std::string_view archive) {
    for (const auto line : lines_of(text)) {
        const auto words = split_words(line);
        const auto digest = std::find_if(words.begin(), words.end(), [](const auto& word) { return is_digest(word); });
        if (digest == words.end()) continue;
        const auto named = [&](const auto& word) { return names(word, archive); };
        if (words.size() == 1 || std::any_of(words.begin(), words.end(), named)) return lower(*digest);
    }
    return std::nullopt;
}

}  // namespace jailctl::create
