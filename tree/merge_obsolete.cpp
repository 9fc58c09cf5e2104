#include "merge_tree.hpp"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include "entry_digest.hpp"
#include "protocol.hpp"

namespace jailctl::tree {

std::string Merge::remember(const Entry& entry) {
    base_.emplace(entry.path);
    const std::string path = encode_path(entry.path), stamp = stamp_of_entry(entry);
    if (!stamp.empty()) new_stamps_.emplace_back(path, stamp);
    if (area_of(entry.path) != Area::etc) return {};
    std::string digest = digest_of_entry(entry);
    if (!digest.empty() && path != "etc") new_digests_.emplace_back(path, digest);
    return digest;
}

std::string Merge::old_stamp(std::string_view path) const {
    const auto known = old_stamps_.find(path);
    return known == old_stamps_.end() ? std::string{} : known->second;
}

void Merge::remove_obsolete() {
    for (const auto& [path, stamp] : old_stamps_) remove_obsolete(path, stamp);
}

void Merge::remove_obsolete_below(const std::string& path) {
    const std::string below = path + "/";
    for (auto one = old_stamps_.lower_bound(below); one != old_stamps_.end() && one->first.starts_with(below); ++one)
        remove_obsolete(one->first, one->second);
}

void Merge::remove_obsolete(const std::string& path, const std::string& stamp) {
    if (stamp.empty() || area_of(path) != Area::system || base_.contains(path)) return;
    std::string above(parent_of(path));
    const std::string name(name_of(path));
    UniqueFd directory = open_below(job_.root(), above);
    // Neither gone, nor replaced by a link or another mount, nor another file by now.
    if (!directory || facts_of(directory.get()).identity.mount != facts_of(job_.root()).identity.mount) return;
    if (stamp_at(directory.get(), name) != stamp) return;
    if (::unlinkat(directory.get(), name.c_str(), 0) != 0)
        return job_.note(path, "of the old base could not be removed");
    ++removed_;
    // Directories that the old base alone had go with their last file.
    for (; !above.empty() && !base_.contains(above); above = std::string(parent_of(above))) {
        directory = open_below(job_.root(), parent_of(above));
        if (!directory || ::unlinkat(directory.get(), std::string(name_of(above)).c_str(), AT_REMOVEDIR) != 0) return;
    }
}

}  // namespace jailctl::tree
