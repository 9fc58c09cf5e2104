#pragma once

#include <filesystem>
#include <string>

#include "jailctl/sdk/jail.hpp"

namespace jailctl::create {

/// Names beside a root that the create plugin uses. They are fixed per jail, so that the next command finds what a
/// crash left; the jail's lock protects them.
[[nodiscard]] inline std::string staging_name(const Jail& jail) { return ".jailctl-create-" + jail.name.key(); }
[[nodiscard]] inline std::string trash_name(const Jail& jail) { return ".jailctl-trash-" + jail.name.key(); }
[[nodiscard]] inline std::filesystem::path beside(const std::filesystem::path& root, const std::string& name) {
    return root.parent_path() / name;
}

}  // namespace jailctl::create
