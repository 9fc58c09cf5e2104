#include "table.hpp"

#include <gtest/gtest.h>
#include <sstream>

#include "support.hpp"

namespace jailctl::test {
namespace {

bool is(const std::string& result, const std::string& choice) {
    if (choice == "any" || choice == result) return true;
    if (choice == "refused") return result == "EACCES" || result == "EPERM" || result == "EROFS" || result == "ENOENT";
    return choice == "nothing" && (result == "empty" || is(result, "refused"));
}

bool is_one_of(const std::string& result, const std::string& expected) {
    std::istringstream choices(expected);
    for (std::string choice; std::getline(choices, choice, '|');)
        if (is(result, choice)) return true;
    return false;
}

std::string with_blanks(std::string text) {
    for (char& letter : text) letter = letter == '~' ? ' ' : letter;
    return text;
}

}  // namespace

Table::Table(const std::filesystem::path& file) {
    std::istringstream lines(slurp(file));
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line.substr(0, line.find(" #")));
        std::string name;
        Row row;
        if (!(words >> name) || name.front() == '#') continue;
        EXPECT_TRUE(words >> row.standard >> row.system) << "a row without its results: " << line;
        row = {with_blanks(row.standard), with_blanks(row.system == "same" ? row.standard : row.system)};
        EXPECT_TRUE(rows_.emplace(name, row).second) << "two rows for " << name;
    }
}

std::vector<std::string> Table::differences(const std::string& results, bool system) const {
    std::vector<std::string> found;
    auto missing = rows_;
    std::istringstream lines(results);
    for (std::string line; std::getline(lines, line);) {
        const auto equals = line.find('=');
        const std::string name = line.substr(0, equals), result = equals < line.size() ? line.substr(equals + 1) : "";
        const auto row = rows_.find(name);
        const std::string& expected = row == rows_.end() ? "no row"
                                      : system           ? row->second.system
                                                         : row->second.standard;
        if (!is_one_of(result, expected)) found.push_back(name + ": " + result + " where the table says " + expected);
        missing.erase(name);
    }
    for (const auto& [name, row] : missing)
        if (!is_one_of("absent", system ? row.system : row.standard)) found.push_back(name + ": no result");
    return found;
}

}  // namespace jailctl::test
