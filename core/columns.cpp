#include "columns.hpp"

#include <locale.h>  // newlocale(3)
#include <sys/ioctl.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cwchar>

namespace jailctl::core {
namespace {

constexpr std::size_t usual_columns = 80;
constexpr std::size_t fewest_columns = 20;  // in a narrower terminal lines break as they will

/// The locale in which wcwidth(3) knows every character, while it lives.
class Utf8 {
public:
    Utf8() : utf8_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)), before_(::uselocale(utf8_)) {}
    Utf8(const Utf8&) = delete;
    Utf8& operator=(const Utf8&) = delete;
    ~Utf8() {
        ::uselocale(before_);
        if (utf8_ != nullptr) ::freelocale(utf8_);
    }
    [[nodiscard]] std::size_t width_of(std::string_view character) const {
        std::mbstate_t state{};
        wchar_t wide = 0;
        if (utf8_ == nullptr) return 1;
        if (std::mbrtowc(&wide, character.data(), character.size(), &state) != character.size()) return 1;
        const int width = ::wcwidth(wide);
        return width < 0 ? 1 : static_cast<std::size_t>(width);
    }

private:
    locale_t utf8_, before_;
};

std::size_t end_of_character(std::string_view text, std::size_t at) {
    while (++at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80U) continue;
    return at;
}

/// Where a word ends that begins at `word`: a list of alternatives that fills a line may be broken behind a '|'.
std::size_t end_of_word(std::string_view line, std::size_t word, std::size_t room, std::size_t whole_line) {
    const auto end = std::min(line.find(' ', word), line.size());
    const auto text = line.substr(word, end - word);
    if (columns_of(text) <= whole_line) return end;
    const auto bar = cut_to_columns(text, room).rfind('|');
    return bar == std::string_view::npos ? end : word + bar + 1;
}

/// Appends one line, broken where it has to be.
void wrap_line(std::string& out, std::string_view line, std::size_t columns, std::size_t indent) {
    std::size_t used = 0;
    const std::size_t whole_line = columns - std::min(columns, indent);
    for (std::size_t at = 0; at < line.size();) {
        const auto word = std::min(line.find_first_not_of(' ', at), line.size());
        const auto before = used + (word - at);
        const auto end = end_of_word(line, word, columns - std::min(columns, before), whole_line);
        const auto width = columns_of(line.substr(word, end - word));
        if (at > 0 && used > indent && before + width > columns) {
            out.append("\n").append(indent, ' ');
            used = indent;
            at = word;  // once more, with the room of a whole line
            continue;
        }
        out.append(line.substr(at, end - at));
        used = before + width;
        at = end;
    }
}

}  // namespace

std::size_t columns_of(std::string_view text) {
    const Utf8 utf8;
    std::size_t columns = 0;
    for (std::size_t at = 0, end = 0; at < text.size(); at = end) {
        end = end_of_character(text, at);
        columns += end - at == 1 ? 1 : utf8.width_of(text.substr(at, end - at));
    }
    return columns;
}

std::string_view cut_to_columns(std::string_view text, std::size_t columns) {
    const Utf8 utf8;
    std::size_t used = 0, at = 0;
    for (std::size_t end = 0; at < text.size(); at = end) {
        end = end_of_character(text, at);
        used += end - at == 1 ? 1 : utf8.width_of(text.substr(at, end - at));
        if (used > columns) break;
    }
    return text.substr(0, at);
}

std::string wrapped(std::string_view text, std::size_t columns, std::size_t indent) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        wrap_line(out, text.substr(at, end - at), columns, indent);
        if (end < text.size()) out += '\n';
        at = end + 1;
    }
    return out;
}

std::size_t terminal_columns(int fd) {
    winsize size{};
    if (::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return std::max<std::size_t>(size.ws_col, fewest_columns);
    const char* said = std::getenv("COLUMNS");
    const std::string_view text = said == nullptr ? "" : said;
    std::size_t columns = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), columns);
    const bool good = error == std::errc{} && end == text.data() + text.size() && columns > 0 && columns < 10000;
    return good ? std::max(columns, fewest_columns) : usual_columns;
}

}  // namespace jailctl::core
