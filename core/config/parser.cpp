#include "config/parser.hpp"

namespace jailctl::core::config {

namespace {

void skip_blanks(Cursor& cursor) {
    while (is_blank(cursor.peek())) cursor.advance();
}

}  // namespace

void Parser::parse_file(const std::filesystem::path& file) {
    std::string text;
    try {
        text = script_.files->read(file);
    } catch (const Error& error) {
        const std::string missing = file == script_.file
                                        ? "begin with a copy of jails.conf.sample, or name another file with --config"
                                        : "it is listed there, and leads nowhere: mend the link, or remove it";
        const std::string advice = error.code() == Errc::not_found ? missing : error.hint();
        script_.diagnostics.push_back({Severity::error, {file.string(), 0, 0}, error.what(), advice, {}, {}});
        return;
    }
    parse_text(file, std::move(text));
}

void Parser::parse_text(const std::filesystem::path& name, std::string text) {
    open_.push_back(name);
    const auto errors_outside = std::exchange(errors_, 0);
    const auto file = script_.sources.add(name.string(), std::move(text));
    if (good_bytes(file)) parse_source(file);
    errors_ = errors_outside;
    open_.pop_back();
}

bool Parser::good_bytes(std::uint32_t file) {
    const std::string_view text = script_.sources.text(file);
    if (const auto nul = text.find('\0'); nul != std::string_view::npos) {
        script_.add(Severity::error, {file, static_cast<std::uint32_t>(nul)}, "a NUL byte", "this is no text file");
        return false;
    }
    if (text.substr(0, 3) == "\xEF\xBB\xBF" || text.substr(0, 2) == "\xFF\xFE" || text.substr(0, 2) == "\xFE\xFF") {
        script_.add(Severity::error, {file, 0}, "the file begins with a byte order mark",
                    "save it as plain UTF-8 without a byte order mark");
        return false;
    }
    if (script_.sources.had_carriage_returns(file)) {
        const auto line_end = std::min(text.find('\n'), text.size());
        script_.add(Severity::warning, {file, static_cast<std::uint32_t>(line_end)},
                    "lines end with a carriage return, which is dropped here; sh would keep it",
                    "save the file with Unix line ends");
    }
    return true;
}

void Parser::parse_source(std::uint32_t file) {
    Cursor cursor(script_.sources.text(file), file);
    while (cursor.peek() != Cursor::end) {
        try {
            parse_line(cursor);
        } catch (const SyntaxError& error) {
            report(error);
            if (error.to_the_end || errors_ >= most_errors) return;
            cursor.to_line_end();
        }
    }
}

void Parser::report(const SyntaxError& error) {
    ++errors_;
    script_.add(Severity::error, error.at, error.sentence, error.advice);
}

/// Commands up to the newline that ends the last of them.
void Parser::parse_line(Cursor& cursor) {
    while (true) {
        skip_blanks(cursor);
        const int c = cursor.peek();
        if (c == '#') cursor.to_line_end();
        if (c == ';')
            throw SyntaxError{cursor.position(), "nothing stands before this `;`", "remove it; sh refuses it too",
                              false};
        if (c == Cursor::end || c == '\n' || c == '#') break;
        parse_command(cursor);
    }
    cursor.advance();
}

void Parser::parse_command(Cursor& cursor) {
    assignment_or_keyword(cursor);
    skip_blanks(cursor);
    if (cursor.peek() == ';') cursor.advance();
}

}  // namespace jailctl::core::config
