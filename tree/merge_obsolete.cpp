#include "merge_tree.hpp"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include "entry_digest.hpp"
#include "protocol.hpp"

namespace jailctl::tree {

namespace {

std::string parent_of(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? std::string{} : path.substr(0, slash);
}

std::string name_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

void Merge::remember(const Entry& entry) {
    base_.emplace(entry.path);
    const std::string stamp = stamp_of_entry(entry);
    if (!stamp.empty()) new_stamps_.emplace_back(encode_path(entry.path), stamp);
}

void Merge::remove_obsolete() {
    for (const auto& [path, stamp] : job_.arguments()["stamps"].members()) remove_obsolete(decode_path(path), stamp.str());
}

void Merge::remove_obsolete(const std::string& path, const std::string& stamp) {
    if (stamp.empty() || area_of(path) != Area::system || base_.contains(path)) return;
    std::string above = parent_of(path);
    UniqueFd directory = open_below(job_.root(), above);
    // Neither gone, nor replaced by a link or another mount, nor another file by now.
    if (!directory || facts_of(directory.get()).identity.mount != facts_of(job_.root()).identity.mount) return;
    if (stamp_at(directory.get(), name_of(path)) != stamp) return;
    if (::unlinkat(directory.get(), name_of(path).c_str(), 0) != 0)
        return job_.note(path, "of the old base could not be removed");
    ++removed_;
    // Directories that the old base alone had go with their last file.
    for (; !above.empty() && !base_.contains(above); above = parent_of(above)) {
        directory = open_below(job_.root(), parent_of(above));
        if (!directory || ::unlinkat(directory.get(), name_of(above).c_str(), AT_REMOVEDIR) != 0) return;
    }
}

}  // namespace jailctl::tree
