#include "builtin/inspect_parents.hpp"

#include <algorithm>

#include "jailctl/sdk/rootfs.hpp"

namespace jailctl::core {
namespace {

namespace fs = std::filesystem;

bool is_in_home(const Jail& jail) {
    const auto home = fs::path(jail.settings["JAIL_HOME"].text).lexically_normal();
    return jail.root.parent_path() == (home.has_filename() ? home : home.parent_path());
}

/// Where no jail stands yet, create closes JAIL_HOME itself.
bool create_closes(const Configuration& configuration, const Jail& jail) {
    return is_in_home(jail) && is_merely_open(jail.root) &&
           std::ranges::none_of(configuration.jails, [](const Jail& other) {
               return is_in_home(other) && root_state(other.root) == RootState::present;
           });
}

void inspect_parent(Inspection& inspection, const std::string& word) {
    const Jail& jail = *inspection.jail;
    try {
        (void)open_root_parent(jail.root, false);
    } catch (const Error& error) {
        if (error.code() == Errc::interrupted) throw;
        if (error.code() == Errc::not_found) return;                      // create makes it
        if (error.cause() == std::errc::permission_denied) return;        // closed to whoever asks, as it should be
        if (create_closes(inspection.invocation.configuration(), jail)) inspection.doubt(error, word);
        else inspection.refuse(error, word);
    }
}

}  // namespace

void inspect_home(Inspection& inspection) {
    if (inspection.jail != nullptr && is_in_home(*inspection.jail)) inspect_parent(inspection, {});
}

void inspect_entry(Inspection& inspection) {
    const Jail* jail = inspection.jail;
    if (jail == nullptr || (jail->settings["JAIL_HOME"].is_set && is_in_home(*jail))) return;  // told of JAIL_HOME
    inspect_parent(inspection, jail->name.text());
}

}  // namespace jailctl::core
