// What merge does where the site may have its own: below etc, and where something else stands for a directory.
#include "merge_tree.hpp"

#include <functional>
#include <sys/stat.h>

#include "attributes.hpp"
#include "clearing.hpp"
#include "entry_digest.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"
#include "protocol.hpp"

namespace jailctl::tree {

namespace {

constexpr std::string_view new_suffix = ".jailctl-new";
constexpr std::size_t longest_name = 255;

std::string new_name(const char* name) { return std::string(name).append(new_suffix); }

bool has_entries(const Entry& entry) {
    UniqueFd listing = open_directory(entry.directory, ".");
    if (!listing) throw_errno("cannot read the base's " + escape_name(entry.path));
    return DirectoryStream(std::move(listing)).next() != nullptr;
}

/// Looks at a directory of the base for what the old base did not have so. What is gone from it is no change: of files
/// that stand alone it is none either.
class NewsBelow final : public Visitor {
public:
    using OldDigest = std::function<std::string(std::string_view path)>;
    NewsBelow(std::string_view above, OldDigest old) : above_(above), old_(std::move(old)) {}

    Visit visit(const Entry& entry) override {
        if (entry.path.empty()) return Visit::enter;
        const std::string old = old_(path_of(entry.path)), fresh = digest_of_entry(entry);
        const bool directory = entry.facts.kind == Kind::directory;
        // Records of older versions name no directories.
        if (fresh != old && !(directory && old.empty())) found_ = true;
        return directory && !found_ ? Visit::enter : Visit::skip;
    }
    void problem(std::string_view path, const std::string& what) override {
        throw Error(Errc::io, "the base's " + escape_name(path_of(path)) + " " + what);
    }
    [[nodiscard]] bool found() const noexcept { return found_; }

private:
    [[nodiscard]] std::string path_of(std::string_view path) const { return above_ + "/" + std::string(path); }
    std::string above_;
    OldDigest old_;
    bool found_ = false;
};

/// What stands in the way of a directory.
std::string named(Kind kind) {
    return kind == Kind::regular ? "a file" : kind == Kind::symlink ? "a link" : "something else";
}

}  // namespace

/// Something else stands where the base has a directory. A link may lead anywhere, so it is never followed.
Visitor::Visit Merge::keep_other_for_directory(const Entry& entry, Area area, Kind other) {
    if (area == Area::system && has_entries(entry)) throw wrong_type(entry.path, "a directory", named(other));
    ++kept_;
    const std::string old = old_digest(entry.path);
    // Data, or only the site changed it.
    if (area != Area::etc || (old == directory_digest && !has_news_below(entry))) return enter_nowhere();
    const std::string name = new_name(entry.name);
    const bool fits = name.size() <= longest_name;
    conflict(entry.path, !old.empty(), fits);
    if (!fits) return enter_nowhere();
    Removed removed;
    remove_entry(target_.fd(), name, removed, [](std::uint64_t) {});
    return enter_made(name, Into::beside, true);
}

bool Merge::has_news_below(const Entry& entry) const {
    NewsBelow news(entry.path, [this](std::string_view path) { return old_digest(path); });
    walk(entry.directory, news);
    return news.found();
}

void Merge::visit_etc_file(const Entry& entry, const std::string& fresh) {
    const std::string old = old_digest(entry.path);
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
    } else if (old.empty() || site != old || !replace_etc_file(entry)) {
        ++kept_;
        if (fresh != old) put_beside(entry, !old.empty() && site != old);
    }
}

/// With the owner and mode that it has, as packages do with files of configuration: what the site closed stays closed.
/// @return false: a directory that is not empty stands there
bool Merge::replace_etc_file(const Entry& entry) {
    const auto before = facts_at(target_.fd(), entry.name);
    if (!clear_the_way(target_.fd(), entry.name)) return false;
    visit_system_file(entry, true);
    const auto after = facts_at(target_.fd(), entry.name);
    const bool files = before && after && before->kind == Kind::regular && after->kind == Kind::regular;
    if (!files || (before->uid == after->uid && before->gid == after->gid && before->mode == after->mode)) return true;
    set_owner_at(target_.fd(), entry.name, before->uid, before->gid);
    if (::fchmodat(target_.fd(), entry.name, before->mode, 0) != 0)
        throw_errno("cannot set the mode of " + escape_name(entry.path));
    return true;
}

std::string Merge::old_digest(std::string_view path) const {
    if (const auto known = old_digests_.find(path); known != old_digests_.end()) return known->second;
    // Records of older versions name no directories, but what was in them.
    const std::string below = std::string(path) + "/";
    const auto inside = old_digests_.lower_bound(below);
    const bool known = inside != old_digests_.end() && inside->first.starts_with(below);
    return known ? std::string(directory_digest) : std::string{};
}

void Merge::put_beside(const Entry& entry, bool changed_here) {
    const std::string name = new_name(entry.name);
    const bool fits = name.size() <= longest_name && clear_the_way(target_.fd(), name);
    conflict(entry.path, changed_here, fits);
    if (fits) copier_.copy(entry, target_.fd(), name, target_.path_of(name));
}

void Merge::conflict(std::string_view path, bool changed_here, bool beside) {
    conflicts_.push(
        Value::object().set("path", encode_path(path)).set("changed_here", changed_here).set("beside", beside));
    if (!beside) job_.note(path, "the base's version could not be put beside it");
}

}  // namespace jailctl::tree
