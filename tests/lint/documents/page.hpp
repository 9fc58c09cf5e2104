#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace jailctl::test {

/// A manual page in mdoc(7), read for what its macros name.
class Page {
public:
    explicit Page(const std::filesystem::path& file);

    /// Every word a macro marks, wherever it stands: all("Va") are the variables the page speaks of.
    [[nodiscard]] std::set<std::string> all(const std::string& macro) const;
    /// The items (`.It`) of a section whose first macro is `macro`: the words that macro marks, each with the options
    /// (`Fl`) of its line. `.It Cm stop Ar jail Op Fl t , Fl -timeout Ar time` is {"stop": {"-t", "--timeout"}}.
    [[nodiscard]] std::map<std::string, std::set<std::string>> items(const std::string& section,
                                                                     const std::string& macro) const;
    /// Items of the section whose line says `word` in parentheses (`Pq`): .It Va IF Pq host.
    [[nodiscard]] std::set<std::string> items_marked(const std::string& section, const std::string& macro,
                                                     const std::string& word) const;
    [[nodiscard]] const std::string& text() const { return text_; }

private:
    struct Item {
        std::vector<std::string> names;
        std::set<std::string> flags, marks;
    };
    [[nodiscard]] std::vector<Item> items_of(const std::string& section, const std::string& macro) const;

    std::string text_;
    std::vector<std::vector<std::string>> lines_;  // words of each macro line, the macro first
};

}  // namespace jailctl::test
