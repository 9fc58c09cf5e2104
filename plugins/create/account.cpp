#include "account.hpp"

#include <charconv>
#include <vector>

#include "jailctl/sdk/lines.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::create {

namespace {

/// To be altered.
std::vector<std::string> own_lines_of(std::string_view text) {
    const auto lines = lines_of(text);
    return {lines.begin(), lines.end()};
}

std::vector<std::string> fields_of(std::string_view line) {
    std::vector<std::string> fields;
    for (;;) {
        const auto colon = line.find(':');
        fields.emplace_back(line.substr(0, colon));
        if (colon == std::string_view::npos) return fields;
        line.remove_prefix(colon + 1);
    }
}

}  // namespace

std::string with_root_password(std::string_view shadow, const std::string& field, std::int64_t day) {
    auto lines = own_lines_of(shadow);
    bool found = false;
    for (auto& line : lines) {
        if (!line.starts_with("root:")) continue;
        auto fields = fields_of(line);
        fields.resize(9);
        fields[1] = field;
        fields[2] = std::to_string(day);
        line = joined(fields, ":");
        found = true;
    }
    if (!found) lines.insert(lines.begin(), "root:" + field + ":" + std::to_string(day) + ":0:99999:7:::");
    return joined(lines, "\n") + "\n";
}

std::optional<std::uint32_t> group_id(std::string_view group, std::string_view name) {
    for (const auto line : lines_of(group)) {
        const auto fields = fields_of(line);
        if (fields.size() < 3 || fields[0] != name) continue;
        std::uint32_t id = 0;
        const char* const end = fields[2].data() + fields[2].size();
        const auto [stop, status] = std::from_chars(fields[2].data(), end, id);
        if (status == std::errc{} && stop == end) return id;
    }
    return std::nullopt;
}

std::string with_shadowed_root(std::string_view passwd) {
    auto lines = own_lines_of(passwd);
    for (auto& line : lines) {
        if (!line.starts_with("root:")) continue;
        auto fields = fields_of(line);
        fields[1] = "x";
        line = joined(fields, ":");
    }
    return joined(lines, "\n") + "\n";
}

bool set_root_password(const Rootfs& root, const std::string& field, std::int64_t day) {
    const auto passwd = root.read("etc/passwd");
    if (!passwd) return false;
    const auto gid = group_id(root.read("etc/group").value_or(""), "shadow");
    const auto shadow = root.read("etc/shadow").value_or("");
    root.replace("etc/shadow", with_root_password(shadow, field, day), gid ? 0640 : 0600, 0, gid.value_or(0));
    // A hash, or nothing at all, in passwd itself would still open the account.
    const auto shadowed = with_shadowed_root(*passwd);
    if (shadowed != *passwd) root.replace("etc/passwd", shadowed, 0644);
    return true;
}

}  // namespace jailctl::create
