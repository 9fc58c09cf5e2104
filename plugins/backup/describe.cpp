// What is said of backups, in text and JSON.
#include <ctime>

#include "commands.hpp"
#include "jailctl/sdk/text.hpp"
#include "place.hpp"

namespace jailctl::backup {

std::string describe_grade(Grade grade, std::uint64_t omitted) {
    std::string text(grade_name(grade));
    if (omitted > 0) text += ", " + std::to_string(omitted) + " left out or changed while read";
    return text;
}

std::string describe_time(std::int64_t unix_seconds) {
    const std::time_t when = unix_seconds;
    std::tm parts{};
    ::gmtime_r(&when, &parts);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts);
    return text;
}

std::string count_entries(std::int64_t count) { return std::to_string(count) + (count == 1 ? " entry" : " entries"); }

std::string problem_beside_name(const BackupInfo& info) {
    for (const char* between : {" ", ": "})
        if (const auto start = escape_name(info.id) + between; info.problem.starts_with(start))
            return info.problem.substr(start.size());
    return info.problem;
}

}  // namespace jailctl::backup
