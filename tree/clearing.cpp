#include "clearing.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attributes.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"
#include "walk.hpp"

namespace jailctl::tree {

namespace {

constexpr int most_rounds = 100;  // over one directory: then somebody fills it as fast as we empty it

bool clear_protection_at(int directory, const char* name) {
    const auto facts = facts_at(directory, name);
    // Only these two can be opened without an effect of their own.
    if (!facts || (facts->kind != Kind::regular && facts->kind != Kind::directory)) return false;
    const UniqueFd file = open_file(directory, name);
    return file && clear_protection(file.get());
}

[[noreturn]] void refuse_mount(std::string_view path) {
    throw Error(Errc::busy, "something is mounted on /" + escape_name(path) + " of the tree")
        .with_hint("unmount it and try again");
}

void count(Removed& removed, const Facts& facts, const OnBytes& on_bytes) {
    ++removed.entries;
    if (facts.kind != Kind::directory) ++removed.files;
    if (facts.kind == Kind::directory || facts.links < 2) removed.bytes += facts.allocated;
    on_bytes(removed.bytes);
}

class Emptier final : public Visitor {
public:
    Emptier(std::uint64_t mount, Removed& removed, const OnBytes& on_bytes)
        : mount_(mount), removed_(removed), on_bytes_(on_bytes) {}

    Visit visit(const Entry& entry) override {
        if (entry.facts.identity.mount != mount_) refuse_mount(entry.path);
        if (entry.facts.kind == Kind::directory) return Visit::enter;
        unlink(entry, 0);
        return Visit::skip;
    }
    Leave leave(const Entry& entry) override {
        if (entry.path.empty()) return Leave::done;
        if (unlink_freed(entry.parent, entry.name, AT_REMOVEDIR)) {
            count(removed_, entry.facts, on_bytes_);
        } else if (errno == ENOTEMPTY || errno == EEXIST) {
            // A listing may miss what moves while entries go; a second look costs little.
            if (++rounds_ > most_rounds)
                throw Error(Errc::busy, "the directory " + escape_name(entry.path) + " is filled while it is removed");
            return Leave::again;
        } else if (errno != ENOENT) {
            fail(entry.path);
        }
        rounds_ = 0;
        return Leave::done;
    }
    void problem(std::string_view path, const std::string& what) override {
        last_problem_ = escape_name(path) + " " + what;
    }
    [[nodiscard]] const std::string& last_problem() const noexcept { return last_problem_; }

private:
    void unlink(const Entry& entry, int flags) {
        if (unlink_freed(entry.parent, entry.name, flags))
            count(removed_, entry.facts, on_bytes_);
        else if (errno != ENOENT)
            fail(entry.path);
    }
    [[noreturn]] void fail(std::string_view path) {
        if (errno == EBUSY) refuse_mount(path);
        throw_errno("cannot remove " + escape_name(path));
    }
    std::uint64_t mount_;
    Removed& removed_;
    const OnBytes& on_bytes_;
    int rounds_ = 0;
    std::string last_problem_;
};

bool is_empty(int directory) {
    UniqueFd listing = open_directory(directory, ".");
    if (!listing) throw_errno("cannot read a directory");
    return DirectoryStream(std::move(listing)).next() == nullptr;
}

}  // namespace

bool clear_protection(int fd) {
    const std::uint32_t flags = flags_of(fd);
    if ((flags & flags_that_lock()) == 0) return false;
    set_flags(fd, flags & ~flags_that_lock());
    return true;
}

bool unlink_freed(int directory, const char* name, int flags) {
    if (::unlinkat(directory, name, flags) == 0) return true;
    if (errno != EPERM && errno != EACCES) return false;
    const int refusal = errno;
    const bool entry = clear_protection_at(directory, name), parent = clear_protection(directory);
    if (entry || parent) return ::unlinkat(directory, name, flags) == 0;
    errno = refusal;
    return false;
}

void empty_directory(int directory, Removed& removed, const OnBytes& on_bytes) {
    Emptier emptier(facts_of(directory).identity.mount, removed, on_bytes);
    for (int round = 0; round < most_rounds; ++round) {
        walk(directory, emptier);
        if (is_empty(directory)) return;
    }
    throw Error(Errc::busy, emptier.last_problem().empty() ? "the tree is filled while it is removed"
                                                           : "cannot empty the tree: " + emptier.last_problem());
}

void remove_entry(int directory, const std::string& name, Removed& removed, const OnBytes& on_bytes) {
    for (int round = 0; round < most_rounds; ++round) {
        const auto facts = facts_at(directory, name.c_str());
        if (!facts) return;
        const bool is_directory = facts->kind == Kind::directory;
        if (unlink_freed(directory, name.c_str(), is_directory ? AT_REMOVEDIR : 0))
            return count(removed, *facts, on_bytes);
        if (errno == EBUSY) refuse_mount(name);
        if (errno == ENOENT) return;
        if (!is_directory || (errno != ENOTEMPTY && errno != EEXIST)) throw_errno("cannot remove " + escape_name(name));
        const UniqueFd inside = open_directory(directory, name.c_str());
        if (!inside) continue;  // it was replaced: look again
        if (facts_of(inside.get()).identity.mount != facts_of(directory).identity.mount) refuse_mount(name);
        empty_directory(inside.get(), removed, on_bytes);
    }
    throw Error(Errc::busy, "the directory " + escape_name(name) + " is filled while it is removed");
}

bool clear_the_way(int directory, const std::string& name) {
    if (unlink_freed(directory, name.c_str(), 0) || errno == ENOENT) return true;
    const int refusal = errno;
    const auto facts = facts_at(directory, name.c_str());
    if (facts && facts->kind == Kind::directory) {
        if (unlink_freed(directory, name.c_str(), AT_REMOVEDIR) || errno == ENOENT) return true;
        if (errno == ENOTEMPTY || errno == EEXIST) return false;
    } else {
        errno = refusal;
    }
    throw_errno("cannot remove " + escape_name(name));
}

bool make_directory(int directory, const std::string& name, mode_t mode) {
    if (const auto facts = facts_at(directory, name.c_str())) {
        if (facts->kind == Kind::directory) return false;
        (void)clear_the_way(directory, name);
    }
    if (::mkdirat(directory, name.c_str(), mode) != 0) throw_errno("cannot make the directory " + escape_name(name));
    return true;
}

bool descend(DirectoryStack& at, const std::string& name, mode_t mode) {
    const bool missing = !facts_at(at.fd(), name.c_str());
    if (missing && ::mkdirat(at.fd(), name.c_str(), mode) != 0)
        throw_errno("cannot make the directory " + escape_name(at.path_of(name)));
    if (!at.enter(name))
        throw Error(Errc::exists,
                    "no directory, but something else stands at /" + escape_name(at.path_of(name)) + " of the tree");
    return missing;
}

}  // namespace jailctl::tree
