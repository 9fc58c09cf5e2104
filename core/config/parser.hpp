#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "config/cursor.hpp"
#include "config/environment.hpp"
#include "config/script.hpp"
#include "config/syntax.hpp"
#include "config/word.hpp"

namespace jailctl::core::config {

/// Reads files of assignments into an environment, following `. file`. What is wrong becomes a
/// diagnostic of the script.
class Parser {
public:
    Parser(Script& script, Environment& environment) : script_(script), environment_(environment) {}

    /// A file that cannot be read is a diagnostic without a line. Errors of grammar: the next line is tried.
    void parse_file(const std::filesystem::path& file);
    /// The same for a text already read; `name` is shown in messages, includes are relative to its directory.
    void parse_text(const std::filesystem::path& name, std::string text);

private:
    void parse_source(std::uint32_t file);   // parser.cpp
    void parse_line(Cursor& cursor);
    void parse_command(Cursor& cursor);
    [[nodiscard]] bool good_bytes(std::uint32_t file);
    void report(const SyntaxError& error);

    void assignment_or_keyword(Cursor& cursor);  // statement.cpp
    void exported(Cursor& cursor, std::string_view keyword);
    Traced read_value(Cursor& cursor, const std::string& name, Word::OldValue old_value);

    void include(Cursor& cursor, Position dot);  // include.cpp
    void open_include(const std::filesystem::path& file, Position at);

    Script& script_;
    Environment& environment_;
    Budget budget_;
    std::vector<std::filesystem::path> open_;  // the file being read and those that include it
    int includes_ = 0;
    std::size_t errors_ = 0;  // in this file
};

/// Why the word at the cursor is no assignment, with the mistakes people make told apart. The
/// cursor is left at the word.
/// @param after_empty  the word follows `NAME=` and blanks
[[nodiscard]] SyntaxError not_an_assignment(Cursor cursor, bool after_empty);

}  // namespace jailctl::core::config
