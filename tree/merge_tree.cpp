#include "merge_tree.hpp"

#include "attributes.hpp"
#include "clearing.hpp"
#include "entry_digest.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::tree {

namespace {

bool lies_in(std::string_view path, std::string_view directory) {
    return path.starts_with(directory) && (path.size() == directory.size() || path[directory.size()] == '/');
}

std::uint32_t take_lock_flags(int directory) {
    const std::uint32_t flags = flags_of(directory) & flags_that_lock();
    if (flags != 0) (void)clear_protection(directory);
    return flags;
}

}  // namespace

Error Merge::wrong_type(std::string_view path, const std::string& base, const std::string& system) {
    return Error(Errc::exists, "the base has " + base + " at /" + escape_name(path) + " where the system has " + system)
        .with_hint("change it in the jail, then upgrade again");
}

Merge::Merge(Job& job)
    : job_(job),
      target_(job.root()),
      copier_(job.root(), {false, !job.in_userns()},
              [&job](const auto& path, const auto& what) { job.note(path, what); }) {
    for (const Value& directory : job.arguments()["keep_new_only"].items()) data_.push_back(directory.str());
    for (const auto& [path, digest] : job.arguments()["etc_digests"].members())
        old_digests_.emplace(decode_path(path), digest.str());
    for (const auto& [path, stamp] : job.arguments()["stamps"].members())
        old_stamps_.emplace(decode_path(path), stamp.str());
    levels_.push_back({Into::system, false, take_lock_flags(target_.fd())});
}

Merge::Area Merge::area_of(std::string_view path) const {
    if (lies_in(path, "etc")) return Area::etc;
    for (const auto& directory : data_)
        if (lies_in(path, directory)) return Area::data;
    return Area::system;
}

Visitor::Visit Merge::visit(const Entry& entry) {
    if (entry.path.empty()) {
        mount_ = entry.facts.identity.mount;
        return Visit::enter;
    }
    if (entry.facts.identity.mount != mount_) {
        job_.note(entry.path, "is on another mount of the base and was left out");
        return Visit::skip;
    }
    const std::string digest = remember(entry);
    const bool directory = entry.facts.kind == Kind::directory;
    const Into into = levels_.back().into;
    if (into == Into::nowhere) return directory ? enter_nowhere() : Visit::skip;
    // What stands beside is the base's alone.
    const Area area = into == Into::beside ? Area::system : area_of(entry.path);
    if (directory) return visit_directory(entry, area);
    const bool exists = facts_at(target_.fd(), entry.name).has_value();
    if (area == Area::etc)
        visit_etc_file(entry, digest);
    else if (area == Area::data && exists)
        ++kept_;
    else
        visit_system_file(entry, exists);
    job_.progress(copier_.bytes());
    return Visit::skip;
}

Visitor::Visit Merge::visit_directory(const Entry& entry, Area area) {
    const auto there = facts_at(target_.fd(), entry.name);
    const bool in_the_way = there && there->kind != Kind::directory;
    if (in_the_way && !is_of_the_old_base(entry, area)) return keep_other_for_directory(entry, area, there->kind);
    if (in_the_way || !there) ++(in_the_way ? replaced_ : added_);
    return enter_made(entry.name, levels_.back().into, area == Area::system);
}

/// @param takes  the attributes of the base's directory, as one does that is new
Visitor::Visit Merge::enter_made(const std::string& name, Into into, bool takes) {
    const bool made = make_directory(target_.fd(), name, 0700);
    if (!target_.enter(name))
        throw Error(Errc::failed,
                    "cannot enter the directory /" + escape_name(target_.path_of(name)) + " of the system");
    levels_.push_back({into, made || takes, take_lock_flags(target_.fd())});
    return Visit::enter;
}

Visitor::Visit Merge::enter_nowhere() {
    levels_.push_back({Into::nowhere, false, 0});
    return Visit::enter;
}

/// Whether what stands there is as the old base brought it: nobody misses it where the new base has a directory.
bool Merge::is_of_the_old_base(const Entry& entry, Area area) const {
    if (area == Area::data) return false;
    const bool etc = area == Area::etc;
    const std::string old = etc ? old_digest(entry.path) : old_stamp(entry.path);
    return !old.empty() && old == (etc ? digest_at(target_.fd(), entry.name) : stamp_at(target_.fd(), entry.name));
}

Visitor::Leave Merge::leave(const Entry& entry) {
    const Level level = levels_.back();
    levels_.pop_back();
    if (level.into == Into::nowhere) return Leave::done;
    if (level.takes_attributes) copier_.copy_directory_attributes(entry.directory, target_.fd(), target_.path());
    if (level.lock_flags != 0) set_flags(target_.fd(), flags_of(target_.fd()) | level.lock_flags);
    if (target_.depth() > 0) target_.leave();
    return Leave::done;
}

void Merge::problem(std::string_view path, const std::string& what) {
    throw Error(Errc::io, "the base's " + escape_name(path) + " " + what);
}

void Merge::visit_system_file(const Entry& entry, bool exists) {
    put(entry, entry.name);
    ++(exists ? replaced_ : added_);
}

void Merge::put(const Entry& entry, const std::string& as) {
    if (!clear_the_way(target_.fd(), as)) {
        remove_obsolete_below(std::string(entry.path));
        if (!clear_the_way(target_.fd(), as))
            throw wrong_type(entry.path, "a file or link", "a directory that is not empty");
    }
    copier_.copy(entry, target_.fd(), as, target_.path_of(as));
}

Value Merge::result() const {
    return Value::object()
        .set("replaced", replaced_)
        .set("added", added_)
        .set("kept", kept_)
        .set("conflicts", conflicts_)
        .set("removed", removed_)
        .set("etc_digests", Value(new_digests_))
        .set("stamps", Value(new_stamps_))
        .set("bytes", copier_.bytes());
}

}  // namespace jailctl::tree
