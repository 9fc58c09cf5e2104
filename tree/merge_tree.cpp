#include "merge_tree.hpp"

#include "attributes.hpp"
#include "clearing.hpp"
#include "entry_digest.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::tree {

namespace {

constexpr std::string_view new_suffix = ".jailctl-new";
constexpr std::size_t longest_name = 255;

bool lies_in(std::string_view path, std::string_view directory) {
    return path.starts_with(directory) && (path.size() == directory.size() || path[directory.size()] == '/');
}

bool has_entries(int directory) {
    UniqueFd listing = open_directory(directory, ".");
    if (!listing) throw_errno("cannot read a directory of the base");
    return DirectoryStream(std::move(listing)).next() != nullptr;
}

Error wrong_type(std::string_view path, const std::string& base, const std::string& system) {
    return Error(Errc::exists, "the base has " + base + " at /" + escape_name(path) + " where the system has " + system)
        .with_hint("change it in the jail, then upgrade again");
}

std::uint32_t take_lock_flags(int directory) {
    const std::uint32_t flags = flags_of(directory) & flags_that_lock();
    if (flags != 0) (void)clear_protection(directory);
    return flags;
}

}  // namespace

Merge::Merge(Job& job)
    : job_(job),
      target_(job.root()),
      copier_(job.root(), {false, !job.in_userns()},
              [&job](const auto& path, const auto& what) { job.note(path, what); }) {
    for (const Value& directory : job.arguments()["keep_new_only"].items()) data_.push_back(directory.str());
    for (const auto& [path, digest] : job.arguments()["etc_digests"].members())
        old_digests_.emplace(path, digest.str());
    levels_.push_back({false, take_lock_flags(target_.fd())});
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
    remember(entry);
    const Area area = area_of(entry.path);
    if (entry.facts.kind == Kind::directory) return visit_directory(entry, area);
    const bool exists = facts_at(target_.fd(), entry.name).has_value();
    if (area == Area::etc)
        visit_etc_file(entry);
    else if (area == Area::data && exists)
        ++kept_;
    else
        visit_system_file(entry, exists);
    job_.progress(copier_.bytes());
    return Visit::skip;
}

Visitor::Visit Merge::visit_directory(const Entry& entry, Area area) {
    const auto there = facts_at(target_.fd(), entry.name);
    if (there && there->kind != Kind::directory) return keep_other_for_directory(entry, area);
    const bool made = !there && make_directory(target_.fd(), entry.name, 0700);
    if (!target_.enter(entry.name))
        throw Error(Errc::failed, "cannot enter the directory /" + escape_name(entry.path) + " of the system");
    if (made) ++added_;
    levels_.push_back({made || area == Area::system, take_lock_flags(target_.fd())});
    return Visit::enter;
}

/// A link stands where the base has a directory: it may lead anywhere, so it is never followed.
Visitor::Visit Merge::keep_other_for_directory(const Entry& entry, Area area) {
    if (area == Area::system && has_entries(entry.directory)) throw wrong_type(entry.path, "a directory", "none");
    if (area == Area::etc) conflict(entry.path);
    ++kept_;
    return Visit::skip;
}

Visitor::Leave Merge::leave(const Entry& entry) {
    const Level level = levels_.back();
    levels_.pop_back();
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
    if (!clear_the_way(target_.fd(), as))
        throw wrong_type(entry.path, "a file or link", "a directory that is not empty");
    copier_.copy(entry, target_.fd(), as, target_.path_of(as));
}

void Merge::visit_etc_file(const Entry& entry) {
    const std::string path = encode_path(entry.path), fresh = digest_of_entry(entry);
    if (!fresh.empty()) new_digests_.emplace_back(path, fresh);
    const auto known = old_digests_.find(path);
    const std::string old = known == old_digests_.end() ? std::string{} : known->second;
    if (!facts_at(target_.fd(), entry.name)) {
        if (!old.empty()) {  // the site removed it
            ++kept_;
            return;
        }
        return visit_system_file(entry, false);
    }
    const std::string site = digest_at(target_.fd(), entry.name);
    if (fresh.empty() || site == fresh) {
        ++kept_;
    } else if (!old.empty() && site == old) {
        visit_system_file(entry, true);
    } else {
        ++kept_;
        if (fresh != old) put_beside(entry);
    }
}

void Merge::put_beside(const Entry& entry) {
    conflict(entry.path);
    const std::string name = std::string(entry.name).append(new_suffix);
    if (name.size() <= longest_name && clear_the_way(target_.fd(), name))
        copier_.copy(entry, target_.fd(), name, target_.path_of(name));
    else
        job_.note(entry.path, "the base's version could not be put beside it");
}

void Merge::conflict(std::string_view path) { conflicts_.push(encode_path(path)); }

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
