#include "snapshots.hpp"

#include <algorithm>
#include <charconv>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/lines.hpp"
#include "jailctl/sdk/value.hpp"

namespace jailctl::restic {
namespace {

constexpr std::size_t digits_shown = 16;

std::int64_t number(std::string_view text) {
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

/// Whoever can write to the repository chooses it.
bool is_key(const std::string& host) {
    try {
        return JailName(host).key() == host;
    } catch (const Error&) {
        return false;
    }
}

}  // namespace

std::vector<Unreadable> unreadable_snapshots(std::string_view errors) {
    constexpr std::string_view before = "could not load snapshot ", since = "Ignoring \"";  // since restic 0.15
    std::vector<Unreadable> found;
    for (const std::string_view line : lines_of(errors)) {
        for (const std::string_view word : {before, since}) {
            const std::size_t at = line.find(word);
            if (at == std::string_view::npos) continue;
            const std::string_view id = line.substr(at + word.size());
            found.push_back({std::string(id.substr(0, id.find_first_not_of("0123456789abcdef"))), std::string(line)});
            break;
        }
    }
    return found;
}

std::string shown_id(const std::string& id) { return "snapshot/" + id.substr(0, digits_shown); }

std::optional<std::string> digits_of(const std::string& word) {
    const std::size_t slash = word.rfind('/');
    std::string digits = slash == std::string::npos ? word : word.substr(slash + 1);
    const bool hexadecimal = digits.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (!hexadecimal || digits.size() < 8 || digits.size() > 64) return {};
    return digits;
}

std::vector<std::string> tags_of(const BackupInfo& info, const std::string& maker) {
    return {"jailctl", "grade=" + std::string(grade_name(info.grade)), "taken=" + std::to_string(info.taken),
            "bytes=" + std::to_string(info.size), "made_by=" + maker};
}

std::vector<Snapshot> parse_snapshots(std::string_view json) {
    std::vector<Snapshot> found;
    const Value document = parse_json(json);
    for (const Value& one : document.items()) {
        Snapshot snapshot;
        bool ours = false;
        snapshot.id = one["id"].str();
        for (const Value& tag : one["tags"].items()) {
            const std::string text = tag.str();
            ours = ours || text == "jailctl";
            if (text.starts_with("grade=")) snapshot.info.grade = parse_grade(text.substr(6));
            if (text.starts_with("taken=")) snapshot.info.taken = number(text.substr(6));
            if (text.starts_with("made_by=")) snapshot.maker = text.substr(8);
            if (text.starts_with("bytes=")) snapshot.info.size = static_cast<std::uint64_t>(number(text.substr(6)));
        }
        const std::string& host = one["hostname"].str();
        if (!ours || digits_of(snapshot.id) != snapshot.id || !is_key(host)) continue;
        snapshot.info.id = shown_id(snapshot.id);
        snapshot.info.jail = host;
        found.push_back(std::move(snapshot));
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const auto& a, const auto& b) { return a.info.taken < b.info.taken; });
    return found;
}

}  // namespace jailctl::restic
