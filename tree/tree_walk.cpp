#include "tree_walk.hpp"

#include <algorithm>
#include <vector>

namespace jailctl::tree {

namespace {

struct Pending {
    std::vector<DirectoryEntry> entries;  // in reverse: the next one is the last
    struct stat directory{};
};

Pending pending_in(const DirectoryStack& at, const struct stat& directory) {
    Pending pending{list_directory(at.fd()), directory};
    std::sort(pending.entries.begin(), pending.entries.end(), [](const auto& a, const auto& b) { return a.name > b.name; });
    return pending;
}

}  // namespace

void walk(DirectoryStack& at, TreeVisitor& visitor) {
    std::vector<Pending> levels;
    levels.push_back(pending_in(at, {}));
    while (true) {
        if (levels.back().entries.empty()) {
            if (levels.size() == 1) return;
            visitor.leave(at, levels.back().directory);
            at.leave();
            levels.pop_back();
            continue;
        }
        const std::string name = std::move(levels.back().entries.back().name);
        levels.back().entries.pop_back();
        struct stat status{};
        if (!entry_status(at.fd(), name, status)) continue;
        if (!S_ISDIR(status.st_mode)) {
            visitor.file(at, name, status);
            continue;
        }
        if (!visitor.enter(at, name, status)) continue;
        switch (at.enter(name)) {
            case DirectoryStack::Entered::yes: levels.push_back(pending_in(at, status)); break;
            case DirectoryStack::Entered::other_mount: visitor.other_mount(at, name); break;
            case DirectoryStack::Entered::not_a_directory:
            case DirectoryStack::Entered::gone: break;
        }
    }
}

}  // namespace jailctl::tree
