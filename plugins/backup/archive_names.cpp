#include "archive_names.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <ctime>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/text.hpp"
#include "jailctl/sdk/backup_maker.hpp"

namespace jailctl::backup {
namespace {

constexpr std::string_view endings[] = {".tar.gz", ".tgz", ".tar.zst", ".tar.xz", ".tar.bz2", ".tar"};
constexpr std::string_view unfinished_prefix = ".jailctl-backup-";
constexpr char before_maker = '~';  // no name of a jail has one
constexpr std::size_t stamp_length = 16;  // 20261123T153200Z

bool digits(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

std::optional<std::int64_t> parse_stamp(std::string_view text) {
    if (text.size() != stamp_length || text[8] != 'T' || text[15] != 'Z') return {};
    const std::string number(text);
    if (!digits(text.substr(0, 8)) || !digits(text.substr(9, 6))) return {};
    std::tm when{};
    when.tm_year = std::stoi(number.substr(0, 4)) - 1900;
    when.tm_mon = std::stoi(number.substr(4, 2)) - 1;
    when.tm_mday = std::stoi(number.substr(6, 2));
    when.tm_hour = std::stoi(number.substr(9, 2));
    when.tm_min = std::stoi(number.substr(11, 2));
    when.tm_sec = std::stoi(number.substr(13, 2));
    const std::tm written = when;
    const std::int64_t taken = ::timegm(&when);  // carries a month 13 into the next year: then it was no time
    const bool exact = when.tm_mon == written.tm_mon && when.tm_mday == written.tm_mday &&
                       when.tm_hour == written.tm_hour && when.tm_min == written.tm_min &&
                       when.tm_sec == written.tm_sec;
    return exact ? std::optional(taken) : std::nullopt;
}

/// Takes "-2" off the end of `stem`; 1 if there is none.
int take_sequence(std::string_view& stem) {
    const auto dash = stem.rfind('-');
    if (dash == std::string_view::npos || dash + 1 + 4 < stem.size() || !digits(stem.substr(dash + 1))) return 1;
    int sequence = 1;
    std::from_chars(stem.data() + dash + 1, stem.data() + stem.size(), sequence);
    stem = stem.substr(0, dash);
    return sequence;
}

std::optional<std::string> name_key(std::string_view text) {
    try {
        return JailName(std::string(text)).key();
    } catch (const Error&) {
        return {};
    }
}

}  // namespace

std::optional<ArchiveName> parse_archive_name(std::string_view file) {
    for (const auto ending : endings) {
        if (!file.ends_with(ending)) continue;
        const std::string_view whole = file.substr(0, file.size() - ending.size());
        std::string_view stem = whole;
        const int sequence = take_sequence(stem);
        if (stem.size() > stamp_length + 1 && stem[stem.size() - stamp_length - 1] == '-') {
            const auto taken = parse_stamp(stem.substr(stem.size() - stamp_length));
            const auto key = name_key(stem.substr(0, stem.size() - stamp_length - 1));
            if (taken && key) return ArchiveName{*key, *taken, sequence};
        }
        if (const auto key = name_key(whole)) return ArchiveName{*key, 0, 1};
        return {};
    }
    return {};
}

std::string make_archive_name(std::string_view jail, std::int64_t taken, int sequence, std::string_view format) {
    std::string name = std::string(jail) + "-" + timestamp(taken);
    if (sequence > 1) name += "-" + std::to_string(sequence);
    return name + "." + std::string(format);
}

std::string unfinished_name(const Configuration& configuration, const std::string& jail_key, std::string_view ending) {
    return std::string(unfinished_prefix) + jail_key + before_maker + maker_of(configuration) + std::string(ending);
}

std::string jail_of_unfinished(std::string_view file) {
    if (!file.starts_with(unfinished_prefix)) return {};
    file.remove_prefix(unfinished_prefix.size());
    const auto end = file.rfind('.');
    if (end == file.npos || (file.substr(end) != ".partial" && file.substr(end) != ".scratch")) return {};
    return name_key(file.substr(0, std::min(end, file.find(before_maker)))).value_or("");
}

std::optional<std::string> format_of(std::string_view file) {
    if (file.ends_with(".tar.gz") || file.ends_with(".tgz")) return "tar.gz";
    if (file.ends_with(".tar.zst")) return "tar.zst";
    if (file.ends_with(".tar")) return "tar";
    return {};
}

}  // namespace jailctl::backup
