#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "config/script.hpp"
#include "jailctl/sdk/jail.hpp"

namespace jailctl::core::config {

/// One word of JAILS, understood. Positions point at what was written, in whatever line that stands.
struct Entry {
    JailName name;
    std::vector<Address> addresses;
    std::string root;  ///< normal path
    Position at;       ///< of the entry
    Position path_at;  ///< of its third field; of the entry if it has none
};

/// Splits JAILS into entries. Without a third field a jail lives in `home`/name; with one that ends in '/'
/// right there; else in field/name. Broken entries, duplicate names and addresses become errors of
/// `script`; the others are returned.
[[nodiscard]] std::vector<Entry> read_entries(Script& script, const Assigned& jails, std::string_view home);

/// Errors for roots that lie in or around another root, JAIL_HOME, ADDONS or the system, and for BACKUPDIR, state or
/// configuration inside a root (security.md 7). By sorting: no pair is looked at twice.
void check_layout(Script& script, const std::vector<Entry>& entries, const Settings& settings);

}  // namespace jailctl::core::config
