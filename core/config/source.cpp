#include "config/source.hpp"

#include <algorithm>

#include "columns.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::core::config {

namespace {

constexpr std::size_t shown_before = 100;  // bytes of the source line shown on either side of the caret
constexpr std::size_t shown_after = 60;

bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U; }

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return !continues_character(c); }));
}

bool drop_carriage_returns(std::string& text) {
    if (text.find('\r') == std::string::npos) return false;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (text[i] != '\r' || (i + 1 < text.size() && text[i + 1] != '\n')) text[kept++] = text[i];
    const bool dropped = kept != text.size();
    text.resize(kept);
    return dropped;
}

std::size_t cut_start(std::string_view line, std::size_t at) {
    std::size_t start = at > shown_before ? at - shown_before : 0;
    while (start > 0 && continues_character(line[start])) --start;
    return start;
}

std::size_t cut_end(std::string_view line, std::size_t at) {
    std::size_t end = std::min(line.size(), at + shown_after);
    while (end < line.size() && continues_character(line[end])) ++end;
    return end;
}

std::string padding(std::string_view shown_text) {
    std::string blanks;
    for (std::size_t at = 0, end = 0; at < shown_text.size(); at = end) {
        for (end = at + 1; end < shown_text.size() && continues_character(shown_text[end]);) ++end;
        if (shown_text[at] == '\t') blanks += '\t';  // the same tab stops as the line above
        else blanks.append(columns_of(shown_text.substr(at, end - at)), ' ');  // as wide as a terminal shows it
    }
    return blanks;
}

}  // namespace

std::uint32_t Sources::add(std::string name, std::string text) {
    Source source{std::move(name), std::move(text), {0}, false};
    source.carriage_returns = drop_carriage_returns(source.text);
    for (std::size_t at = source.text.find('\n'); at != std::string::npos; at = source.text.find('\n', at + 1))
        source.line_starts.push_back(static_cast<std::uint32_t>(at + 1));
    sources_.push_back(std::move(source));
    return size() - 1;
}

std::uint32_t Sources::line_of(Position position) const {
    const auto& starts = sources_[position.file].line_starts;
    const auto after = std::upper_bound(starts.begin(), starts.end(), position.offset);
    return static_cast<std::uint32_t>(after - starts.begin());
}

std::string_view Sources::line_text(Position position) const {
    const std::string_view all = text(position.file);
    const auto start = sources_[position.file].line_starts[line_of(position) - 1];
    return all.substr(start, std::min(all.find('\n', start), all.size()) - start);
}

Origin Sources::origin(Position position) const {
    const auto line = line_of(position);
    const auto start = sources_[position.file].line_starts[line - 1];
    const auto before = text(position.file).substr(start, position.offset - start);
    return {name(position.file), static_cast<int>(line), static_cast<int>(characters(before)) + 1};
}

Diagnostic Sources::diagnose(Severity severity, Position position, std::string sentence, std::string advice) const {
    Diagnostic diagnostic{severity, origin(position), std::move(sentence), std::move(advice), {}, {}};
    const auto line = line_text(position);
    const auto at = std::min<std::size_t>(position.offset - sources_[position.file].line_starts[line_of(position) - 1],
                                          line.size());
    const auto start = cut_start(line, at);
    const auto end = cut_end(line, at);
    const std::string before = (start > 0 ? "..." : "") + escape_control(line.substr(start, at - start));
    diagnostic.source = before + escape_control(line.substr(at, end - at)) + (end < line.size() ? "..." : "");
    diagnostic.caret = padding(before) + '^';
    return diagnostic;
}

}  // namespace jailctl::core::config
