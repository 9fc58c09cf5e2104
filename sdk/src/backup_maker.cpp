#include "jailctl/sdk/backup_maker.hpp"

#include <cstdio>
#include <filesystem>
#include <sys/utsname.h>

#include "jailctl/sdk/text.hpp"

namespace jailctl {

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

}  // namespace jailctl
