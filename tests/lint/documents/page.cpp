#include "page.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <sstream>

#include "jailctl/testing/scratch.hpp"

namespace jailctl::test {
namespace {

/// Macros that may stand inside a line: two letters, as mdoc has them.
bool is_macro(const std::string& word) {
    constexpr std::array known{"Ar", "Cm", "Ev", "Fl", "It", "Li", "Ns", "Oc", "Oo",
                               "Op", "Pa", "Pq", "Va", "Dq", "Ql", "Ic", "Xr"};
    return std::find(known.begin(), known.end(), word) != known.end();
}
bool is_punctuation(const std::string& word) {
    return word.size() == 1 && std::ispunct(static_cast<unsigned char>(word[0])) != 0 && word != "-";
}

/// Calls `f` with each word of a line and the macro that marks it.
template <class F>
void each_word(const std::vector<std::string>& line, F f) {
    std::string macro;
    for (const auto& word : line) {
        if (is_macro(word)) macro = word;
        else if (!is_punctuation(word)) f(macro, word);
    }
}

std::string flag(const std::string& word) { return '-' + word; }

}  // namespace

Page::Page(const std::filesystem::path& file) : text_(slurp(file)) {
    std::istringstream in(text_);
    for (std::string line; std::getline(in, line);) {
        if (!line.starts_with('.')) continue;
        std::istringstream words(line.substr(1));
        std::vector<std::string> found;
        for (std::string word; words >> word;) found.push_back(word);
        lines_.push_back(std::move(found));
    }
}

std::set<std::string> Page::all(const std::string& macro) const {
    std::set<std::string> found;
    for (const auto& line : lines_)
        each_word(line, [&](const std::string& by, const std::string& word) {
            if (by == macro) found.insert(macro == "Fl" ? flag(word) : word);
        });
    return found;
}

std::vector<Page::Item> Page::items_of(const std::string& section, const std::string& macro) const {
    std::vector<Item> items;
    std::string now;
    for (const auto& line : lines_) {
        if (line.empty()) continue;
        if (line[0] == "Sh") now = line.size() > 1 ? line[1] : "";
        if (now != section || line.size() < 3 || line[0] != "It" || line[1] != macro) continue;
        Item item;
        bool first = true;  // `.It Cm restart Ar jail ... | Cm all`: the second Cm is an argument
        each_word(line, [&](const std::string& by, const std::string& word) {
            if (by == "Fl") item.flags.insert(flag(word));
            else if (by == "Pq") item.marks.insert(word);
            if (by == macro && first) item.names.push_back(macro == "Fl" ? flag(word) : word);
            first = first && macro != "Cm";
        });
        items.push_back(std::move(item));
    }
    return items;
}

std::map<std::string, std::set<std::string>> Page::items(const std::string& section, const std::string& macro) const {
    std::map<std::string, std::set<std::string>> found;
    for (const auto& item : items_of(section, macro))
        for (const auto& name : item.names) found[name].insert(item.flags.begin(), item.flags.end());
    return found;
}

std::set<std::string> Page::items_marked(const std::string& section, const std::string& macro,
                                         const std::string& word) const {
    std::set<std::string> found;
    for (const auto& item : items_of(section, macro))
        if (item.marks.contains(word)) found.insert(item.names.begin(), item.names.end());
    return found;
}

}  // namespace jailctl::test
