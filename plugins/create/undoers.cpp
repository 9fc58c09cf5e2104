#include "undoers.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "home.hpp"
#include "jailctl/sdk/base_record.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/ids.hpp"
#include "jailctl/sdk/tree_hold.hpp"

namespace jailctl::create {

namespace fs = std::filesystem;

namespace {

fs::path root_in(const Value& arguments) {
    const fs::path root = arguments["root"].str();
    if (!root.is_absolute() || !root.has_filename()) {
        throw Error(Errc::damaged, "a journal names '" + root.string() + "' as the root of a jail");
    }
    return root;
}

TreeIdentity identity_in(const Value& arguments) {
    if (!arguments["inode"].is_int()) throw Error(Errc::damaged, "a journal does not say which directory it means");
    return {arguments["device"].num(), arguments["inode"].num()};
}

// Exchanges back only while the tree that was staged is the root: killed before the exchange there is nothing to undo.
void exchange_back(Invocation& in, const Jail& jail, const Value& arguments) {
    const fs::path root = root_in(arguments);
    if (identity_of(root, root.filename().string()) != identity_in(arguments)) return;
    storage_of(in, jail).exchange(root, arguments["name"].str());
}

// What we held ourselves is held no more once we are gone: a tree that somebody holds now is not the one we made.
void remove_ours(Invocation& in, const Jail& jail, const Value& arguments) {
    const fs::path root = root_in(arguments);
    const std::string name = arguments["name"].str();
    try {
        keeper_of(in, jail, root, name).remove(root, name);
    } catch (const Error& error) {
        if (error.code() != Errc::busy || !is_held_elsewhere(root.parent_path() / name)) throw;
    }
}

/// From the parent up to the first directory that was missing. Anything in one, or no such
/// directory: it stays as it is.
void remove_empty_parents(const Value& arguments) {
    fs::path path = arguments["path"].str();
    const fs::path first = arguments["first"].is_string() ? fs::path(arguments["first"].str()) : path;
    while (path.is_absolute() && path.has_relative_path()) {
        if (::rmdir(path.c_str()) != 0 && errno != ENOENT) return;
        if (path == first) return;
        path = path.parent_path();
    }
}

void remove_file(const Value& arguments) {
    const fs::path path = arguments["path"].str();
    if (!path.is_absolute()) throw Error(Errc::damaged, "a journal names the file '" + path.string() + "'");
    UniqueFd directory;
    try {
        directory = open_trusted_directory(path.parent_path(), Trust::root);
    } catch (const Error& error) {
        if (error.code() == Errc::not_found) return;  // also where a file stands for a directory: ours is not in there
        throw;
    }
    if (::unlinkat(directory.get(), path.filename().c_str(), 0) == 0 || errno == ENOENT) return;
    const int cause = errno;  // of a read-only file system even if there is no such file
    if (::faccessat(directory.get(), path.filename().c_str(), F_OK, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT)
        return;
    errno = cause;
    throw_errno("cannot remove " + path.string());
}

}  // namespace

void register_undoers(Registrar& host) {
    host.undoer("storage.remove", remove_ours);
    host.undoer("storage.rename_back",
                [](Invocation&, const Jail&, const Value& a) { put_back(root_in(a), a["name"].str()); });
    host.undoer("storage.unpublish", [](Invocation&, const Jail&, const Value& a) {
        unpublish(root_in(a), a["name"].str(), identity_in(a));
    });
    host.undoer("storage.exchange", exchange_back);
    host.undoer("storage.parent", [](Invocation&, const Jail&, const Value& a) { remove_empty_parents(a); });
    host.undoer("home.mode", [](Invocation&, const Jail&, const Value& a) { restore_home_mode(a); });
    host.undoer("ids.release", [](Invocation& in, const Jail& jail, const Value&) {
        release_ids(in.configuration(), jail.name);
    });
    host.undoer("base.forget", [](Invocation& in, const Jail& jail, const Value&) {
        forget_base_record(in.configuration(), jail.name);
    });
    host.undoer("file.remove", [](Invocation&, const Jail&, const Value& a) { remove_file(a); });
}

}  // namespace jailctl::create
