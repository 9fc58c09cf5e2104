#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>

#include "copy.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/ids.hpp"
#include "jailctl/sdk/operation.hpp"
#include "jailctl/sdk/outside_roots.hpp"
#include "jailctl/sdk/recovery.hpp"
#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/text.hpp"
#include "jailctl/sdk/tree.hpp"
#include "standard_input.hpp"

namespace jailctl::lifecycle {
namespace {

namespace fs = std::filesystem;

struct Source {
    UniqueFd fd;
    struct stat info {};
};

Source look_at(UniqueFd opened, const std::string& shown) {
    Source source{std::move(opened), {}};
    if (!source.fd || ::fstat(source.fd.get(), &source.info) != 0)
        throw_errno("cannot open " + shown + " of this host");
    return source;
}

Source open_source(const CopyPlace& from) {
    // Not blocking: a FIFO would wait for a writer.
    UniqueFd opened{::open(from.path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)};
    Source source = look_at(std::move(opened), from.shown);
    if (!S_ISREG(source.info.st_mode) && !S_ISDIR(source.info.st_mode))
        throw Error(Errc::invalid, from.shown + " is neither a file nor a directory");
    if (from.into && S_ISREG(source.info.st_mode)) throw Error(Errc::invalid, from.shown + " is no directory");
    return source;
}

/// The name of the copy in a directory, as with cp(1): DIR and DIR/ are DIR there, and of "DIR/." it is what DIR holds,
/// which has no name ("").
fs::path name_of(const std::string& written) {
    fs::path path(written);
    while (path.has_relative_path() && !path.has_filename())
        path = path.parent_path();  // "DIR/" has no name behind the slash
    std::error_code gone;
    if (path.filename() == "..") path = fs::canonical(path, gone);
    return path.filename() == "." ? fs::path() : path.filename();
}

/// Where the copy stands, below the root and without links on the way: cp(1) puts it into a directory that is there.
std::string target_of(const Rootfs& root, const CopyPlace& from, const CopyPlace& to) {
    const fs::path path(to.path);
    if (const auto directory = root.resolve_directory(to.path)) {
        if (from.standard)
            throw Error(Errc::usage,
                        to.shown + " is a directory, and standard input has no name that the copy could have there")
                .with_hint("name the file: " + to.shown + (to.into ? "" : "/") + "NAME");
        const auto name = name_of(from.path);
        return name.empty() ? *directory : (fs::path(*directory) / name).string();
    }
    const auto parent = root.resolve_directory(path.parent_path().string());
    if (!parent || to.into)
        throw Error(Errc::not_found, "there is no directory /" +
                                         escape_name((to.into ? path : path.parent_path()).string()) + " in " +
                                         to.jail->name.text());
    return (fs::path(*parent) / path.filename()).string();
}

/// Nobody's, as in the copy of a directory, where the jail has no such number.
std::int64_t in_the_jail(std::uint32_t id) { return id < ids_per_jail ? id : 65534; }

bool has_lost_owner(const struct stat& info) { return info.st_uid >= ids_per_jail || info.st_gid >= ids_per_jail; }

Value entry_of(const std::string& target, const struct stat& info, bool keep_owners) {
    const mode_t mode = keep_owners ? info.st_mode & 07777U : info.st_mode & 0777U;
    return Value::object()
        .set("path", encode_path(target))
        .set("type", "file")
        .set("mode", std::int64_t{mode})
        .set("uid", keep_owners ? in_the_jail(info.st_uid) : 0)
        .set("gid", keep_owners ? in_the_jail(info.st_gid) : 0)
        .set("source", "source");
}

/// A directory comes with all it holds, a file as itself.
TreeJob job_of(const Source& source, const std::string& target, bool keep_owners) {
    TreeJob job;
    job.descriptors.emplace_back("source", source.fd.get());
    if (S_ISDIR(source.info.st_mode)) {
        job.action = "copy";
        job.arguments = Value::object()
                            .set("into", encode_path(target))
                            .set("as_root", !keep_owners)
                            .set("whole", true)
                            .set("without_devices", true);
    } else {
        job.action = "populate";
        job.arguments = Value::object().set("entries", Value::array().push(entry_of(target, source.info, keep_owners)));
    }
    return job;
}

constexpr const char* temporary_undo = "cp.temporary";

/// What is left of a new directory that was not whole yet, beside its place.
void remove_staging(Invocation& invocation, const Jail& jail, const Rootfs& root, const std::string& parent) {
    TreeJob job;
    job.action = "tidy";
    job.root = root.fd();
    job.id_base = id_range(invocation.configuration(), jail.name);
    job.arguments = Value::object().set("copied_into", encode_path(parent));
    (void)run_tree(job);
}

/// The job as an operation, so that one that is killed leaves nothing. @return its result
Value write_copy(Invocation& invocation, const Jail& jail, const std::string& target, bool tree, TreeJob job) {
    job.id_base = id_range(invocation.configuration(), jail.name);
    job.on_note = [&](const Value& note) {
        invocation.omission(escape_name(note["path"].str()) + ": " + note["what"].str());
    };
    Value done;
    Operation operation(invocation, jail, "cp", JournalPlace::lasting);
    operation.step("write /" + escape_name(target),
                   litter(temporary_undo, Value::object().set("path", encode_path(target)).set("tree", tree)),
                   [&] { done = run_tree(job); });
    operation.commit();
    return done;
}

}  // namespace

void register_cp_undo(Registrar& host) {
    host.undoer(temporary_undo, [](Invocation& invocation, const Jail& jail, const Value& arguments) {
        if (root_state(jail.root) != RootState::present) return;
        const std::string path = decode_path(arguments["path"].str());
        const Rootfs root = Rootfs::open(jail.root);
        root.remove_temporary(path);
        if (arguments["tree"].truth()) remove_staging(invocation, jail, root, fs::path(path).parent_path().string());
    });
}

void copy_in(Invocation& invocation, const CopyPlace& from, const CopyPlace& to, bool keep_owners) {
    Source source;
    if (!from.standard) {
        source = open_source(from);
        require_outside_roots(invocation.configuration(), fs::absolute(from.path),
                              "take it out of that jail first: jailctl cp JAIL:PATH FILE");
    }
    const Rootfs root = Rootfs::open(to.jail->root);
    const std::string target = target_of(root, from, to);
    require_lasting_name(target);
    if (invocation.options().dry_run)
        return invocation.console().line("would copy " + from.shown + " to /" + escape_name(target) + " of " +
                                         to.jail->name.text());
    if (from.standard) source = look_at(keep_standard_input(to.jail->root.parent_path()), from.shown);
    TreeJob job = job_of(source, target, keep_owners);
    job.root = root.fd();
    const Value done = write_copy(invocation, *to.jail, target, S_ISDIR(source.info.st_mode), std::move(job));
    if (keep_owners && S_ISREG(source.info.st_mode) && has_lost_owner(source.info))
        invocation.omission(from.shown + ": its owner or group has no number in the jail and is nobody (65534) there");
    tell_copied(invocation, from.shown, to.jail->name.text() + ":/" + escape_name(target), done);
}

}  // namespace jailctl::lifecycle
