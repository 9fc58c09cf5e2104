#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <vector>

#include "copy.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/ids.hpp"
#include "jailctl/sdk/interrupt.hpp"
#include "jailctl/sdk/operation.hpp"
#include "jailctl/sdk/outside_roots.hpp"
#include "jailctl/sdk/recovery.hpp"
#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/text.hpp"
#include "jailctl/sdk/tree.hpp"

namespace jailctl::lifecycle {
namespace {

namespace fs = std::filesystem;

struct Source {
    UniqueFd fd;
    struct stat info {};
};

/// Standard input in a file without a name in the directory `home`, because it is to be whole before it has one in
/// the jail.
Source keep_input(const fs::path& home) {
    const UniqueFd directory{::open(home.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!directory) throw_errno("cannot open the directory " + escape_name(home.string()));
    Source source{unnamed_file(directory.get(), ".jailctl-cp." + std::to_string(::getpid())), {}};
    std::vector<char> buffer(1 << 16);
    for (;;) {
        pollfd set[2] = {{0, POLLIN, 0}, {Interrupt::fd(), POLLIN, 0}};
        if (::poll(set, 2, -1) < 0 && errno != EINTR) throw_errno("cannot wait for standard input");
        Interrupt::check();
        if (set[0].revents == 0) continue;
        const ssize_t got = ::read(0, buffer.data(), buffer.size());
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (got < 0) throw_errno("cannot read standard input");
        if (got == 0) break;
        write_all(source.fd.get(), {buffer.data(), static_cast<std::size_t>(got)}, "what came from standard input");
    }
    if (::fchmod(source.fd.get(), 0644) != 0 || ::fstat(source.fd.get(), &source.info) != 0)
        throw_errno("cannot look at standard input");
    return source;
}

Source open_source(const CopyPlace& from) {
    // Not blocking: a FIFO would wait for a writer.
    Source source{UniqueFd{::open(from.path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)}, {}};
    if (!source.fd || ::fstat(source.fd.get(), &source.info) != 0)
        throw_errno("cannot open " + from.shown + " of this host");
    if (!S_ISREG(source.info.st_mode) && !S_ISDIR(source.info.st_mode))
        throw Error(Errc::invalid, from.shown + " is neither a file nor a directory");
    if (from.into && S_ISREG(source.info.st_mode)) throw Error(Errc::invalid, from.shown + " is no directory");
    return source;
}

/// The name of the copy in a directory, as with cp(1): DIR and DIR/ are DIR there, and of DIR/.
/// it is what DIR holds ("").
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
    if (from.standard) source = keep_input(to.jail->root.parent_path());
    TreeJob job;
    job.root = root.fd();
    job.id_base = id_range(invocation.configuration(), to.jail->name);
    job.descriptors.emplace_back("source", source.fd.get());
    job.on_note = [&](const Value& note) {
        invocation.omission(escape_name(note["path"].str()) + ": " + note["what"].str());
    };
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
    Value done;
    Operation operation(invocation, *to.jail, "cp", JournalPlace::lasting);
    operation.step("write /" + escape_name(target),
                   litter(temporary_undo,
                          Value::object().set("path", encode_path(target)).set("tree", S_ISDIR(source.info.st_mode))),
                   [&] { done = run_tree(job); });
    operation.commit();
    if (keep_owners && S_ISREG(source.info.st_mode) && has_lost_owner(source.info))
        invocation.omission(from.shown + ": its owner or group has no number in the jail and is nobody (65534) there");
    tell_copied(invocation, from.shown, to.jail->name.text() + ":/" + escape_name(target), done);
}

}  // namespace jailctl::lifecycle
