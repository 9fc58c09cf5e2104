#include "passwd.hpp"

#include <algorithm>
#include <array>

namespace jailctl::lifecycle {
namespace {

std::string_view take(std::string_view& text, char separator) {
    const auto end = std::min(text.find(separator), text.size());
    const auto word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return word;
}

}  // namespace

std::optional<Account> find_account(std::string_view passwd, std::string_view id) {
    while (!passwd.empty()) {
        std::string_view line = take(passwd, '\n');
        if (std::count(line.begin(), line.end(), ':') != 6 || line.find('\0') != std::string_view::npos) continue;
        std::array<std::string_view, 7> fields;
        for (auto& field : fields) field = take(line, ':');
        if (fields[2] == id) return Account{std::string(fields[0]), std::string(fields[5]), std::string(fields[6])};
    }
    return std::nullopt;
}

}  // namespace jailctl::lifecycle
