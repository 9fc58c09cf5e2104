#include "archive/destination.hpp"

#include <cerrno>
#include <cstring>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rename.hpp"
#include "attributes.hpp"
#include "clearing.hpp"
#include "directory_stack.hpp"

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/extract_staging.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::tree {
namespace {

constexpr const char* inner = extract_staging_content;

[[noreturn]] void stands_there(const std::string& path, const char* what) {
    throw Error(Errc::exists, "'" + escape_name(path) + "' " + what)
        .with_hint("nothing is overwritten: name another directory with --to");
}

void require_empty(int root) {
    DirectoryStream entries(open_directory(root, "."));
    if (entries.next() != nullptr) stands_there(".", "is not empty");
}

std::uint64_t device_of(int directory) { return facts_of(directory).identity.device; }

/// @return the directory in which the first of the path that is not there will appear
UniqueFd require_free(int root, const std::string& path) {
    const std::vector<std::string> components = components_of(path);
    UniqueFd at = open_directory(root, ".");
    std::string here;
    for (std::size_t i = 0; i < components.size(); ++i) {
        if (!at) throw_errno("cannot open " + escape_name(here));
        const auto facts = facts_at(at.get(), components[i].c_str());
        if (!facts) return at;
        here += (here.empty() ? "" : "/") + components[i];
        if (i + 1 == components.size()) stands_there(here, "exists already");
        if (facts->kind != Kind::directory) stands_there(here, "exists already and is no directory");
        at = open_directory(at.get(), components[i].c_str());
    }
    require_empty(root);
    return at;
}

/// A directory of that name, if it is one that we make: nobody else can write to it, and nothing else is in it. That
/// others may look into it a file system without modes says of everything.
UniqueFd open_ours(int directory, const char* name) {
    UniqueFd found = open_directory(directory, name);
    if (!found) return found;
    const Facts facts = facts_of(found.get());
    if (facts.uid != ::geteuid() || (facts.mode & 022U) != 0) return {};
    DirectoryStream entries(open_directory(found.get(), "."));
    for (const char* entry = entries.next(); entry != nullptr; entry = entries.next())
        if (std::strcmp(entry, inner) != 0) return {};
    return found;
}

bool lock(int directory) { return ::flock(directory, LOCK_EX | LOCK_NB) == 0; }

void remove_staging(int beside, int outer, const std::string& name) noexcept {
    try {
        Removed removed;
        remove_entry(outer, inner, removed, [](std::uint64_t) {});
        ::unlinkat(beside, name.c_str(), AT_REMOVEDIR);
    } catch (const Error&) {
        // An error is under way already and says why; else it is there for the next one.
    }
}

}  // namespace

void remove_abandoned_staging(int directory) {
    DirectoryStream entries(open_directory(directory, "."));
    for (const char* name = entries.next(); name != nullptr; name = entries.next()) {
        if (!std::string_view(name).starts_with(extract_staging_prefix)) continue;
        const UniqueFd left = open_ours(directory, name);
        if (left && lock(left.get())) remove_staging(directory, left.get(), name);
    }
}

Destination::Destination(int root, std::vector<std::string> paths) : root_(root), paths_(std::move(paths)) {
    remove_abandoned_staging(root);
    for (const std::string& path : paths_) {
        UniqueFd parent = require_free(root, path);
        if (!beside_ || device_of(parent.get()) == device_of(root)) beside_ = std::move(parent);
    }
    if (device_of(beside_.get()) == device_of(root)) beside_ = open_directory(root, ".");
    else remove_abandoned_staging(beside_.get());
    for (unsigned count = 0; !staging_; ++count) {
        name_ = std::string(extract_staging_prefix) + std::to_string(::getpid()) + "-" + std::to_string(count);
        if (::mkdirat(beside_.get(), name_.c_str(), 0700) != 0) {
            if (errno == EEXIST) continue;
            throw_errno("cannot make a directory to extract into");
        }
        outer_ = open_directory(beside_.get(), name_.c_str());
        if (!outer_) throw_errno("cannot open the directory to extract into");
        // Somebody who clears up may have taken it before it was locked. Where there are no locks nobody does.
        if ((!lock(outer_.get()) && errno == EWOULDBLOCK) || ::mkdirat(outer_.get(), inner, 0700) != 0) continue;
        staging_ = open_directory(outer_.get(), inner);
    }
}

Destination::~Destination() {
    if (staging_) remove_staging(beside_.get(), outer_.get(), name_);
}

void Destination::publish() {
    try {
        for (const std::string& path : paths_) publish_one(path);
    } catch (...) {
        take_back();
        throw;
    }
}

void Destination::publish_one(const std::string& path) {
    const std::vector<std::string> components = components_of(path);
    UniqueFd from = open_directory(staging_.get(), "."), to = open_directory(root_, ".");
    std::string here;
    for (std::size_t i = 0; i < components.size(); ++i) {
        const char* const name = components[i].c_str();
        // Left out by rule, or here already with a directory that is on the way to both.
        if (!facts_at(from.get(), name)) return;
        here += (here.empty() ? "" : "/") + components[i];
        if (i + 1 == components.size() || !facts_at(to.get(), name))
            return move(from.get(), to.get(), components[i], here);
        from = open_directory(from.get(), name);
        to = open_directory(to.get(), name);
        if (!from || !to) throw_errno("cannot open " + escape_name(here));
    }
    std::vector<std::string> names;  // first: a directory that is read is not changed
    DirectoryStream entries(open_directory(from.get(), "."));
    for (const char* name = entries.next(); name != nullptr; name = entries.next()) names.emplace_back(name);
    for (const std::string& name : names) move(from.get(), to.get(), name, name);
}

/// What is immutable cannot be renamed: that flag it gets back at once.
void Destination::move(int from, int to, const std::string& name, const std::string& path) {
    const auto facts = facts_at(from, name.c_str());
    const bool may_have_flags = facts && (facts->kind == Kind::regular || facts->kind == Kind::directory);
    const UniqueFd object = may_have_flags ? open_file(from, name.c_str()) : UniqueFd();
    const std::uint32_t flags = object ? flags_of(object.get()) : 0;
    const bool protect = object && clear_protection(object.get());
    if (!rename_new(from, name.c_str(), to, name.c_str())) {
        if (errno == EEXIST) stands_there(path, "exists already");
        if (errno == EXDEV)
            throw Error(Errc::unsupported,
                        "the directory of '" + escape_name(path) + "' is on another file system than others")
                .with_hint("extract to it alone");
        throw_errno("cannot give '" + escape_name(path) + "' its name");
    }
    published_.push_back(path);
    if (protect) set_flags(object.get(), flags);
}

void Destination::take_back() noexcept {
    for (auto path = published_.rbegin(); path != published_.rend(); ++path) {
        const std::string above(parent_of(*path)), name(name_of(*path));
        try {
            const UniqueFd from = open_below(root_, above), to = open_below(staging_.get(), above);
            const UniqueFd object = from ? open_file(from.get(), name.c_str()) : UniqueFd();
            if (object) (void)clear_protection(object.get());
            if (from && to) (void)rename_new(from.get(), name.c_str(), to.get(), name.c_str());
        } catch (const Error&) {
            continue;  // an error is under way already and says why
        }
    }
}

}  // namespace jailctl::tree
