#include "dellist.hpp"

#include <fnmatch.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::tree {

namespace {

constexpr std::string_view blanks = " \t\r\n";

std::string_view without_comment(std::string_view line) {
    for (std::size_t at = line.find('#'); at != std::string_view::npos; at = line.find('#', at + 1))
        if (at == 0 || blanks.find(line[at - 1]) != std::string_view::npos) return line.substr(0, at);
    return line;
}

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string without_backslashes(const std::string& name) {
    std::string plain;
    for (std::size_t i = 0; i < name.size(); ++i) {
        if (name[i] == '\\' && i + 1 < name.size()) ++i;
        plain += name[i];
    }
    return plain;
}

/// Names in the directory of `at` that match; a plain name needs no listing.
std::vector<std::string> matches_in(const DirectoryStack& at, const std::string& pattern) {
    if (pattern.find_first_of("*?[") == std::string::npos) return {without_backslashes(pattern)};
    std::vector<std::string> names;
    UniqueFd listing = open_directory(at.fd(), ".");
    if (!listing) throw_errno("cannot read the directory /" + escape_name(at.path()));
    DirectoryStream stream(std::move(listing));
    while (const char* name = stream.next())
        if (::fnmatch(pattern.c_str(), name, FNM_PERIOD) == 0) names.emplace_back(name);
    return names;
}

}  // namespace

std::vector<std::string> dellist_pattern(std::string_view line) {
    if (line.find('\0') != std::string_view::npos)
        throw Error(Errc::invalid, "a line of a dellist contains a NUL byte");
    std::vector<std::string> pattern = components_of(trimmed(without_comment(line)));
    for (const auto& name : pattern)
        if (without_backslashes(name) == "..") throw Error(Errc::invalid, "a path of a dellist contains '..'");
    return pattern;
}

void remove_matches(int root, const std::vector<std::string>& pattern, Removed& removed, const OnBytes& on_bytes) {
    DirectoryStack at(root);
    std::vector<std::vector<std::string>> pending{matches_in(at, pattern.front())};
    while (!pending.empty()) {
        if (pending.back().empty()) {
            pending.pop_back();
            if (!pending.empty()) at.leave();
            continue;
        }
        const std::string name = std::move(pending.back().back());
        pending.back().pop_back();
        if (pending.size() == pattern.size())
            in_context("removing /" + escape_name(at.path_of(name)),
                       [&] { remove_entry(at.fd(), name, removed, on_bytes); });
        else if (at.enter(name))
            pending.push_back(matches_in(at, pattern[pending.size()]));
    }
}

}  // namespace jailctl::tree
