#include "clearing.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attributes.hpp"
#include "emptying.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::tree {

namespace {

constexpr int most_rounds = 100;  // over one directory: then somebody fills it as fast as we empty it

/// False also where it may not: then it is the removal's own reason that is to be read, which
/// names what cannot be removed.
bool freed(int fd) {
    try {
        return clear_protection(fd);
    } catch (const Error&) {
        return false;
    }
}

bool clear_protection_at(int directory, const char* name) {
    const auto facts = facts_at(directory, name);
    // Only these two can be opened without an effect of their own.
    if (!facts || (facts->kind != Kind::regular && facts->kind != Kind::directory)) return false;
    const UniqueFd file = open_file(directory, name);
    return file && freed(file.get());
}

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
    const bool entry = clear_protection_at(directory, name), parent = freed(directory);
    if (entry || parent) return ::unlinkat(directory, name, flags) == 0;
    errno = refusal;
    return false;
}

void empty_directory(int directory, Removed& removed, const OnBytes& on_bytes) {
    std::string problem;
    for (int round = 0; round < most_rounds; ++round) {
        problem = empty_once(directory, round == 0 ? Hands::several : Hands::one, removed, on_bytes);
        if (is_empty(directory)) return;
    }
    throw Error(Errc::busy,
                problem.empty() ? "the tree is filled while it is removed" : "cannot empty the tree: " + problem);
}

void remove_entry(int directory, const std::string& name, Removed& removed, const OnBytes& on_bytes) {
    for (int round = 0; round < most_rounds; ++round) {
        const auto facts = facts_at(directory, name.c_str());
        if (!facts) return;
        const bool is_directory = facts->kind == Kind::directory;
        if (unlink_freed(directory, name.c_str(), is_directory ? AT_REMOVEDIR : 0)) {
            count(removed, *facts);
            return on_bytes(removed.bytes);
        }
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
