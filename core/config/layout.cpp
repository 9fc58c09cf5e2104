#include <algorithm>

#include "config/entries.hpp"
#include "config/paths.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::core::config {

namespace {

void refuse(Script& script, const Entry& entry, const std::string& what, const std::string& advice) {
    script.add(Severity::error, entry.path_at,
               "JAILS: the root of " + entry.name.text() + ", " + escape_name(entry.root) + ", " + what, advice);
}

/// A directory of the host and how a root may not lie to it.
struct Fixed {
    std::string variable, path;
    bool root_may_lie_inside = true;
};

std::vector<Fixed> fixed_directories(const Script& script, const Settings& settings) {
    std::vector<Fixed> all{{"JAIL_HOME", normal_path(settings["JAIL_HOME"].text), true},
                           {"ADDONS", normal_path(settings["ADDONS"].text), false}};
    for (const char* name : {"BACKUPDIR", "STATE_DIR", "RUN_DIR", "LOG_FILE"})
        all.push_back({name, normal_path(settings[name].text), true});
    all.push_back({"the configuration", normal_path(script.file.string()), true});
    return all;
}

std::string shown(const Fixed& directory) { return directory.variable + " (" + escape_name(directory.path) + ')'; }

bool check_alone(Script& script, const Entry& entry, const std::vector<Fixed>& fixed) {
    if (const auto tree = system_tree_of(entry.root); !tree.empty() || is_system_directory(entry.root)) {
        refuse(script, entry, "is a directory of the system", "give the jail a directory of its own");
        return false;
    }
    for (const auto& directory : fixed) {
        if (entry.root == directory.path) {
            refuse(script, entry, "is " + shown(directory) + " itself", "give the jail a directory of its own");
            return false;
        }
        if (lies_in(directory.path, entry.root)) {
            refuse(script, entry, "contains " + shown(directory),
                   "the content of a jail is not trusted: keep it elsewhere");
            return false;
        }
        if (!directory.root_may_lie_inside && lies_in(entry.root, directory.path)) {
            refuse(script, entry, "lies in " + shown(directory), "give the jail a directory of its own");
            return false;
        }
    }
    return true;
}

void check_pair(Script& script, const Entry& outer, const Entry& inner) {
    const bool same = outer.root == inner.root;
    refuse(script, inner, (same ? "is that of " : "lies in that of ") + outer.name.text(),
           "the content of a jail is not trusted: give each a directory of its own");
}

}  // namespace

void check_layout(Script& script, const std::vector<Entry>& entries, const Settings& settings) {
    const auto fixed = fixed_directories(script, settings);
    std::vector<const Entry*> sorted;
    for (const auto& entry : entries)
        if (check_alone(script, entry, fixed)) sorted.push_back(&entry);
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const Entry* a, const Entry* b) { return before_in_tree(a->root, b->root); });
    const Entry* outer = nullptr;  // whatever lies in it follows it at once
    for (const Entry* entry : sorted) {
        if (outer != nullptr && lies_in(entry->root, outer->root))
            check_pair(script, *outer, *entry);
        else
            outer = entry;
    }
}

}  // namespace jailctl::core::config
