#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "jailctl/sdk/jail.hpp"

namespace jailctl::create {

/// Names beside a root that the create plugin uses. They are fixed per jail, so that the next command finds what a
/// crash left; the jail's lock protects them.
[[nodiscard]] inline std::string staging_name(const Jail& jail) { return ".jailctl-create-" + jail.name.key(); }
[[nodiscard]] inline std::string trash_name(const Jail& jail) { return ".jailctl-trash-" + jail.name.key(); }
/// Everything of jailctl's own that may stand beside the root of a jail: also what restore and upgrade stage.
[[nodiscard]] inline std::vector<std::string> litter_names(const Jail& jail) {
    std::vector<std::string> names{staging_name(jail), trash_name(jail)};
    for (const char* prefix : {".jailctl-restore-", ".jailctl-upgrade-", ".jailctl-base-"})
        names.push_back(prefix + jail.name.key());
    return names;
}
[[nodiscard]] inline std::filesystem::path beside(const std::filesystem::path& root, const std::string& name) {
    return root.parent_path() / name;
}

}  // namespace jailctl::create
