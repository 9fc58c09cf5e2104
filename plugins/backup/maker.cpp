#include "maker.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <sys/utsname.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::backup {
namespace {

constexpr std::string_view prefix = ".jailctl-backup-";
constexpr char before_maker = '~';  // no name of a jail has one

}  // namespace

std::string maker_of(const Configuration& configuration) {
    utsname system{};
    ::uname(&system);
    std::error_code missing;
    auto state_dir = std::filesystem::weakly_canonical(configuration.path("STATE_DIR"), missing);
    if (!missing && !state_dir.has_filename()) state_dir = state_dir.parent_path();  // "/var/lib/jailctl/"
    const std::string& known = missing ? configuration.path("STATE_DIR").native() : state_dir.native();
    char text[17];
    std::snprintf(text, sizeof text, "%016llx",
                  static_cast<unsigned long long>(short_hash(std::string(system.nodename) + "\n" + known)));
    return text;
}

std::string unfinished_name(const Configuration& configuration, const std::string& jail_key, std::string_view ending) {
    return std::string(prefix) + jail_key + before_maker + maker_of(configuration) + std::string(ending);
}

std::string jail_of_unfinished(std::string_view file) {
    if (!file.starts_with(prefix)) return {};
    file.remove_prefix(prefix.size());
    const auto end = file.rfind('.');
    if (end == file.npos || (file.substr(end) != ".partial" && file.substr(end) != ".scratch")) return {};
    try {
        return JailName(std::string(file.substr(0, std::min(end, file.find(before_maker))))).key();
    } catch (const Error&) {
        return {};
    }
}

}  // namespace jailctl::backup
