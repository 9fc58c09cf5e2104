#include "generator.hpp"

namespace jailctl::core::config::test {

namespace {
constexpr std::string_view harmless = "abcz019._-/,%+@^*?=:![]";
constexpr std::string_view odd_in_quotes = " \t\n#;&|<>()~{'";
constexpr std::string_view special = "\\\"'$`&|;<>() #~}a\t";
constexpr std::string_view utf8 = "é";
}  // namespace

std::string Generator::one_of(std::string_view characters) {
    return std::string(1, characters[static_cast<std::size_t>(below(static_cast<int>(characters.size())))]);
}

std::string Generator::name() { return one_of("ABCXY"); }

std::string Generator::file() {
    std::string text;
    const int lines = 1 + below(5);
    for (int i = 0; i < lines; ++i) text += statement();
    return text;
}

std::string Generator::statement() {
    std::string text;
    if (below(8) == 0) text += one_of(" \t");
    if (below(10) == 0) return text + "# it's a $(comment) \" \\\n";
    const int keyword = below(12);
    if (keyword == 0) text += "export ";
    const int assignments = 1 + (below(4) == 0 ? below(3) : 0);
    for (int i = 0; i < assignments; ++i) {
        if (i > 0) text += keyword != 0 && below(2) == 0 ? "; " : " ";
        text += name() + '=' + word(Place::plain, 0);
    }
    if (below(6) == 0) text += " # done";
    return text + (below(8) == 0 ? ";\n" : "\n");
}

std::string Generator::word(Place place, int depth) {
    std::string text;
    // Within ${...} dash loses its way when an expansion follows a `~` before the next `/`.
    if (place != Place::quoted && below(10) == 0) text += place == Place::plain ? "~" : "~/";
    if (place == Place::plain && below(30) == 0) text += "root";
    for (int i = below(6); i > 0; --i) text += piece(place, depth);
    return text;
}

std::string Generator::piece(Place place, int depth) {
    const int kind = below(20);
    if (kind < 8) return one_of(harmless);
    if (kind == 8) return "\\\n";
    if (kind == 9) return std::string(utf8);
    if (kind < 13 && depth < 4) return expansion(place, depth + 1);
    return place == Place::plain || place == Place::braces ? plain_piece(place, depth) : quoted_piece(place, depth);
}

std::string Generator::plain_piece(Place place, int depth) {
    switch (below(8)) {
        case 0: return '\'' + one_of(harmless) + one_of(" \n\\\"$`~#;}") + '\'';
        case 1:
        case 2: return '"' + word(place == Place::plain ? Place::quoted : Place::quoted_braces, depth + 1) + '"';
        case 3:
        case 4: return '\\' + one_of(special);
        case 5: return ":~" + one_of(place == Place::plain ? "/:-a." : "/");
        case 6: return place == Place::braces ? one_of(" \n#;&|<>()") : one_of("#{~");
        default: return "$" + one_of("/.,%=");
    }
}

std::string Generator::quoted_piece(Place place, int depth) {
    switch (below(5)) {
        case 0: return '\\' + one_of(special);
        case 1: return "$" + one_of("/.,%=");
        case 2:
            if (place == Place::quoted_braces && depth < 3) return one_of(harmless);
            return place == Place::quoted ? one_of("}'") : "'";
        default: return one_of(odd_in_quotes);
    }
}

std::string Generator::expansion(Place place, int depth) {
    const std::string variable = name();
    switch (below(4)) {
        case 0: return '$' + variable + one_of("/.,");
        case 1: return "${" + variable + '}';
        default: break;
    }
    const bool quoted = place == Place::quoted || place == Place::quoted_braces;
    const std::string colon = below(2) == 0 ? ":" : "";
    return "${" + variable + colon + one_of("-=+") + word(quoted ? Place::quoted_braces : Place::braces, depth) + '}';
}

}  // namespace jailctl::core::config::test
