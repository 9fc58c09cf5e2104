#include "damage.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "jailctl/sdk/lines.hpp"

namespace jailctl::restic {
namespace {

constexpr std::size_t shown_digits = 10;  // restic names a pack by so many where it reads from it

/// Those that say something, without the blanks before it.
std::vector<std::string_view> said_in(std::string_view text) {
    std::vector<std::string_view> lines = lines_of(text);
    for (auto& line : lines) line.remove_prefix(std::min(line.find_first_not_of(" \t\r"), line.size()));
    std::erase_if(lines, [](std::string_view line) { return line.empty(); });
    return lines;
}

bool holds_any(std::string_view line, const auto& words) {
    return std::ranges::any_of(words, [&](std::string_view word) { return line.find(word) != std::string_view::npos; });
}

/// Where in restic it came from follows some errors: "main.open", a newline, a tab and "github.com/.../global.go:760".
std::string_view without_calls(std::string_view text) {
    const auto place = text.find("\n\t");
    if (place == text.npos) return text;
    const auto line = text.substr(place, text.find('\n', place + 1) - place);
    return line.find(".go:") == text.npos ? text : text.substr(0, text.substr(0, place).rfind('\n') + 1);
}

/// It tries again and says so each time: what it says at last counts.
bool is_retry(std::string_view line) { return line.find("retrying after") != std::string_view::npos; }

/// internal/repository and internal/crypto of restic: a digest or an authentication code that
/// does not fit what was read.
bool tells_damage(std::string_view line) {
    static constexpr std::array<std::string_view, 6> words{"ciphertext verification failed", "returned invalid hash",
                                                           "invalid data returned",          "wrong data returned",
                                                           "decrypting blob",                "decompressing blob"};
    // An index is made again from the packs; with another key or config nothing can be said of them.
    static constexpr std::array<std::string_view, 4> elsewhere{"<index/", "loading index", "config or key", "<lock/"};
    return holds_any(line, words) && !holds_any(line, elsewhere) && !is_retry(line);
}

/// "pack <id>: does not exist": the id.
std::string_view pack_amiss(std::string_view line) {
    static constexpr std::array<std::string_view, 2> words{": does not exist", ": unexpected file size"};
    constexpr std::string_view begin = "pack ";
    if (!line.starts_with(begin) || !holds_any(line, words)) return {};
    return line.substr(begin.size(), line.find(':') - begin.size());
}

}  // namespace

std::string last_said(std::string_view text) {
    constexpr std::size_t most = 500;
    const auto line_at = [&](std::size_t at) { return text.substr(at, std::min(text.find('\n', at) - at, most)); };
    // Two more lines follow of when it was made and by whom, and a hint.
    if (const auto lock = text.find("repository is already locked"); lock != text.npos)
        return std::string(line_at(lock));
    if (const auto panic = text.find("panic: "); panic != text.npos) return std::string(line_at(panic));
    if (const auto fatal = text.rfind("Fatal: "); fatal != text.npos) return std::string(line_at(fatal + 7));
    const auto lines = said_in(without_calls(text));
    return lines.empty() ? std::string{} : std::string(lines.back().substr(0, most));
}

bool found_damage(std::string_view errors) { return std::ranges::any_of(said_in(errors), tells_damage); }

bool lacks_its_pack(std::string_view check, std::string_view reading) {
    return std::ranges::any_of(said_in(check), [&](std::string_view line) {
        const std::string_view id = pack_amiss(line);
        if (id.size() < shown_digits) return false;
        return reading.find("<data/" + std::string(id.substr(0, shown_digits)) + ">") != std::string_view::npos;
    });
}

bool check_ended(std::string_view check) {
    static constexpr std::array<std::string_view, 2> words{"Fatal: repository contains errors",
                                                           "Fatal: LoadIndex returned errors"};
    return holds_any(check, words);
}

std::string complaint_of(std::string_view errors) {
    const auto lines = said_in(errors);
    if (const auto at = std::ranges::find_if(lines, tells_damage); at != lines.end()) return std::string(*at);
    for (auto at = lines.rbegin(); at != lines.rend(); ++at)
        if (!at->starts_with("Fatal: ") && !is_retry(*at)) return std::string(*at);
    return {};
}

}  // namespace jailctl::restic
