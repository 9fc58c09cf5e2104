#include "passwd.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace jailctl::lifecycle {
namespace {

std::string_view take(std::string_view& text, char separator) {
    const auto end = std::min(text.find(separator), text.size());
    const auto word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return word;
}

/// The first line of so many fields that fits; all empty: there is none.
template <std::size_t count, class Fits>
std::array<std::string_view, count> find_line(std::string_view file, Fits fits) {
    while (!file.empty()) {
        std::string_view line = take(file, '\n');
        if (std::count(line.begin(), line.end(), ':') != count - 1 || line.find('\0') != std::string_view::npos)
            continue;
        std::array<std::string_view, count> fields;
        for (auto& field : fields) field = take(line, ':');
        if (fits(fields)) return fields;
    }
    return {};
}

using Passwd = std::array<std::string_view, 7>;
using Group = std::array<std::string_view, 4>;

std::optional<Account> account_of(const Passwd& fields) {
    const auto uid = parse_id(fields[2]), gid = parse_id(fields[3]);
    if (!uid || !gid) return std::nullopt;
    return Account{std::string(fields[0]), std::string(fields[5]), std::string(fields[6]), *uid, *gid};
}

}  // namespace

std::optional<std::uint32_t> parse_id(std::string_view text) {
    std::uint32_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc() || end != text.data() + text.size() || id == std::numeric_limits<std::uint32_t>::max())
        return std::nullopt;
    return id;
}

std::optional<Account> find_account(std::string_view passwd, std::string_view id) {
    return account_of(find_line<7>(passwd, [&](const Passwd& line) { return line[2] == id && account_of(line); }));
}

std::optional<Account> find_account_named(std::string_view passwd, std::string_view name) {
    return account_of(find_line<7>(passwd, [&](const Passwd& line) { return line[0] == name && account_of(line); }));
}

std::optional<std::uint32_t> find_group(std::string_view group, std::string_view name) {
    return parse_id(find_line<4>(group, [&](const Group& line) { return line[0] == name && parse_id(line[2]); })[2]);
}

std::vector<std::uint32_t> groups_of(std::string_view group, std::string_view user) {
    std::vector<std::uint32_t> found;
    (void)find_line<4>(group, [&](const Group& line) {
        std::string_view members = line[3];
        while (!members.empty())
            if (const auto id = parse_id(line[2]); take(members, ',') == user && id) found.push_back(*id);
        return false;
    });
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

}  // namespace jailctl::lifecycle
