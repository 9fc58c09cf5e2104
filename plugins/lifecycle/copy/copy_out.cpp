#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "copy.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/extract_staging.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/outside_roots.hpp"
#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/tar_file.hpp"
#include "jailctl/sdk/text.hpp"
#include "jailctl/sdk/tree.hpp"
#include "new_file.hpp"
#include "open_file_link.hpp"

namespace jailctl::lifecycle {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t all_listed = 1000;  // the helper lists no more

UniqueFd open_host_directory(const fs::path& path) {
    UniqueFd directory{::open(path.empty() ? "." : path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!directory) throw_errno("cannot open the directory " + escape_name(path.string()));
    return directory;
}

/// What stands there itself; nothing is an answer. @throws Error
fs::file_status look_at(const fs::path& path) {
    std::error_code why;
    const auto found = fs::symlink_status(path, why);
    if (found.type() == fs::file_type::none)
        throw Error(code_of(why), "cannot look at " + escape_name(path.string()), why);
    return found;
}

bool leads_to_directory(const fs::path& path) {
    std::error_code none;
    return fs::is_directory(path, none);
}

/// The name of the copy: cp(1) puts it into a directory that is there.
fs::path target_of(const CopyPlace& from, const CopyPlace& to) {
    const fs::path path(to.path);
    const std::string name = from.path.empty() ? from.jail->name.text() : fs::path(from.path).filename().string();
    if (leads_to_directory(path)) return path / name;
    if (to.into) throw Error(Errc::not_found, "there is no directory " + to.shown);
    return path;
}

/// A file is replaced, and a link, which is not followed. But not what programs open to reach a device or each
/// other, nor a link to it, nor one to a file that a process has open, such as /dev/stdout: where these were,
/// everybody would write to a file.
/// @throws Error exists
void require_replaceable(const fs::path& target) {
    const auto what = look_at(target);
    if (!fs::exists(what) || fs::is_regular_file(what)) return;
    std::error_code none;
    if (fs::is_symlink(what)) {
        const auto led_to = fs::status(target, none);
        if (!is_open_file_link(target) && (!fs::exists(led_to) || fs::is_regular_file(led_to))) return;
    }
    throw Error(Errc::exists,
                escape_name(target.string()) + " is no file, nor a link to one: a copy does not replace it")
        .with_hint("'jailctl cp JAIL:PATH -' writes the file to standard output");
}

/// @throws Error not_found, in the words of who gave the path
UniqueFd open_inside(const Rootfs& root, const CopyPlace& from) {
    try {
        return root.open_file(from.path);
    } catch (const Error& error) {
        if (error.code() != Errc::not_found) throw;
        throw Error(Errc::not_found, "there is no /" + escape_name(from.path) + " in the jail");
    }
}

/// @return as the helper's copy_file action
Value copy_file(Invocation& invocation, const Rootfs& root, const CopyPlace& from, const fs::path& target) {
    const UniqueFd in = open_inside(root, from);
    struct stat info {};
    if (::fstat(in.get(), &info) != 0) throw_errno("cannot look at " + from.shown);
    const UniqueFd directory = open_host_directory(target.parent_path());
    clear_staging(directory.get(), escape_name(target.parent_path().string()));
    NewFile out = in_context(escape_name(target.string()), [&] { return NewFile(directory.get()); });
    TreeJob job;
    job.action = "copy_file";
    job.descriptors = {{"source", in.get()}, {"out", out.fd()}};
    job.on_note = [&](const Value& note) { invocation.omission(from.shown + ": " + note["what"].str()); };
    Value done = in_context(from.shown, [&] { return run_tree(job); });
    if (::fchmod(out.fd(), info.st_mode & 0777U) != 0) throw_errno("cannot set the mode of the copy of " + from.shown);
    out.publish(target.filename().string());
    return done;
}

/// A tree as an archive, and the sockets no tar holds.
struct Packed {
    UniqueFd archive;
    std::int64_t sockets = 0;
};

/// @return  in an unnamed file in the directory `beside`, where the copy is to be `target`
Packed pack(Invocation& invocation, int source, int beside, const std::string& target) {
    UniqueFd archive = in_context(escape_name(target),
                                  [&] { return unnamed_file(beside, ".jailctl-cp." + std::to_string(::getpid())); });
    TreeJob job;
    job.action = "pack";
    job.root = source;
    job.read_only = true;
    job.arguments = Value::object()
                        .set("format", "tar")
                        .set("level", "fast")
                        .set("excludes", Value::array())
                        .set("description", Value::object());
    job.descriptors.emplace_back("out", archive.get());
    const Value done = run_tree(job);
    for (const auto& sentence : notes_of(done)) invocation.omission(sentence);
    if (::lseek(archive.get(), 0, SEEK_SET) != 0) throw_errno("cannot read the copy again");
    return {std::move(archive), done["sockets"].num()};
}

/// By way of an archive, so that what a jail made meets the same rules as an archive of a stranger.
/// @return as the helper's unpack action
Value copy_directory(Invocation& invocation, int source, const fs::path& target) {
    const UniqueFd parent = open_host_directory(target.parent_path());
    clear_staging(parent.get(), escape_name(target.parent_path().string()));
    const Packed packed = pack(invocation, source, parent.get(), target.string());
    Staging staging = in_context(escape_name(target.string()), [&] { return Staging(parent.get()); });
    if (::mkdirat(staging.fd(), extract_staging_content, 0700) != 0)
        throw_errno("cannot make " + escape_name(target.string()));
    const UniqueFd made{
        ::openat(staging.fd(), extract_staging_content, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    if (!made) throw_errno("cannot open " + escape_name(target.string()));
    TreeJob unpack;
    unpack.action = "unpack";
    unpack.root = made.get();
    unpack.arguments = Value::object().set("trusted", false).set("on_host", true);
    unpack.descriptors.emplace_back("archive", packed.archive.get());
    Value done = run_tree(unpack).set("sockets", packed.sockets);
    staging.publish(target.filename().string());
    return done;
}

/// To standard output. Like `extract --to -` it says nothing when that is done.
void stream_file(Invocation& invocation, const Rootfs& root, const CopyPlace& from) {
    if (root.resolve_directory(from.path))
        throw Error(Errc::usage, from.shown + " is a directory: only one file can be written to standard output");
    const UniqueFd in = open_inside(root, from);
    const int out = invocation.console().raw_output();
    if (invocation.options().dry_run)
        return invocation.console().line("would write " + from.shown + " to standard output");
    TreeJob job;
    job.action = "copy_file";
    job.arguments = Value::object().set("stream", true);
    job.descriptors = {{"source", in.get()}, {"out", out}};
    job.on_note = [&](const Value& note) { invocation.omission(from.shown + ": " + note["what"].str()); };
    in_context(from.shown, [&] { (void)run_tree(job); });
}

}  // namespace

void copy_out(Invocation& invocation, const CopyPlace& from, const CopyPlace& to) {
    const Rootfs root = Rootfs::open(from.jail->root);
    if (to.standard) return stream_file(invocation, root, from);
    const auto directory = root.resolve_directory(from.path);
    if (!directory && from.into) throw Error(Errc::not_found, "there is no directory " + from.shown);
    const fs::path target = target_of(from, to);
    require_lasting_name(target.string());
    const fs::path parent = fs::absolute(target).parent_path();
    if (leads_to_directory(parent))
        require_outside_roots(invocation.configuration(), parent,
                              "put it into that jail afterwards: jailctl cp FILE JAIL:PATH");
    if (directory && fs::exists(look_at(target)))
        throw Error(Errc::exists, escape_name(target.string()) + " is there already")
            .with_hint("a directory is copied to a name that is free");
    if (leads_to_directory(target)) throw Error(Errc::exists, escape_name(target.string()) + " is a directory");
    if (!directory) require_replaceable(target);
    if (!directory) (void)open_inside(root, from);  // or --dry-run would promise what cannot be
    if (invocation.options().dry_run)
        return invocation.console().line("would copy " + from.shown + " to " + escape_name(target.string()));
    const Value done = directory ? copy_directory(invocation, root.open_directory(*directory).get(), target)
                                 : copy_file(invocation, root, from, target);
    for (const auto& sentence : skipped_of(done, all_listed)) invocation.omission(sentence);
    tell_copied(invocation, from.shown, escape_name(target.string()), done);
}

}  // namespace jailctl::lifecycle
