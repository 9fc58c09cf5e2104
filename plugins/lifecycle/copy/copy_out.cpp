#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>

#include "copy.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/interrupt.hpp"
#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/text.hpp"
#include "jailctl/sdk/tree.hpp"

namespace jailctl::lifecycle {
namespace {

namespace fs = std::filesystem;

/// A new file in a directory of the host that gets its name only when it is whole.
class NewFile {
public:
    NewFile(int directory, std::string name) : directory_(directory), name_(std::move(name)) {
        temporary_ = ".jailctl-cp." + std::to_string(::getpid());
        fd_ = UniqueFd{::openat(directory_, temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
        if (!fd_) throw_errno("cannot make a file beside " + escape_name(name_));
    }
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;
    ~NewFile() {
        if (!published_) ::unlinkat(directory_, temporary_.c_str(), 0);
    }
    [[nodiscard]] int fd() const noexcept { return fd_.get(); }
    void publish() {
        if (::renameat(directory_, temporary_.c_str(), directory_, name_.c_str()) != 0)
            throw_errno("cannot write " + escape_name(name_));
        published_ = true;
    }

private:
    int directory_;
    std::string name_, temporary_;
    UniqueFd fd_;
    bool published_ = false;
};

UniqueFd open_host_directory(const fs::path& path) {
    UniqueFd directory{::open(path.empty() ? "." : path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!directory) throw_errno("cannot open the directory " + escape_name(path.string()));
    return directory;
}

/// The name of the copy: cp(1) puts it into a directory that is there.
fs::path target_of(const CopyPlace& from, const CopyPlace& to) {
    const fs::path path(to.path);
    const std::string name = from.path.empty() ? from.jail->name.text() : fs::path(from.path).filename().string();
    if (fs::is_directory(path)) return path / name;
    if (to.into) throw Error(Errc::not_found, "there is no directory " + to.shown);
    return path;
}

std::uint64_t copy_bytes(int in, int out, const std::string& shown) {
    std::array<char, 1 << 16> part{};
    std::uint64_t bytes = 0;
    for (ssize_t got = 0; (got = ::read(in, part.data(), part.size())) != 0;) {
        if (got < 0) throw_errno("cannot read " + shown);
        Interrupt::check();
        write_all(out, std::string_view(part.data(), static_cast<std::size_t>(got)), "the copy of " + shown);
        bytes += static_cast<std::uint64_t>(got);
    }
    return bytes;
}

Value copy_file(const Rootfs& root, const CopyPlace& from, const fs::path& target) {
    const UniqueFd in = root.open_file(from.path);
    struct stat info {};
    if (::fstat(in.get(), &info) != 0) throw_errno("cannot look at " + from.shown);
    const UniqueFd directory = open_host_directory(target.parent_path());
    NewFile out(directory.get(), target.filename().string());
    const std::uint64_t bytes = copy_bytes(in.get(), out.fd(), from.shown);
    if (::fchmod(out.fd(), info.st_mode & 0777U) != 0) throw_errno("cannot set the mode of the copy of " + from.shown);
    out.publish();
    return Value::object().set("entries", 1).set("bytes", bytes);
}

/// By way of an archive, so that what a jail made meets the same rules as an archive of a stranger.
Value copy_directory(int source, const fs::path& target) {
    const UniqueFd parent = open_host_directory(target.parent_path());
    const UniqueFd archive = unnamed_file(parent.get(), ".jailctl-cp." + std::to_string(::getpid()));
    TreeJob pack;
    pack.action = "pack";
    pack.root = source;
    pack.read_only = true;
    pack.arguments = Value::object()
                         .set("format", "tar")
                         .set("level", "fast")
                         .set("excludes", Value::array())
                         .set("description", Value::object());
    pack.descriptors.emplace_back("out", archive.get());
    (void)run_tree(pack);
    if (::lseek(archive.get(), 0, SEEK_SET) != 0) throw_errno("cannot read the copy again");
    const std::string name = target.filename().string();
    if (::mkdirat(parent.get(), name.c_str(), 0700) != 0) throw_errno("cannot make " + escape_name(target.string()));
    const UniqueFd made{::openat(parent.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    if (!made) throw_errno("cannot open " + escape_name(target.string()));
    TreeJob unpack;
    unpack.action = "unpack";
    unpack.root = made.get();
    unpack.arguments = Value::object().set("trusted", false).set("on_host", true);
    unpack.descriptors.emplace_back("archive", archive.get());
    try {
        return run_tree(unpack);
    } catch (const Error&) {
        TreeJob remove;
        remove.action = "remove";
        remove.root = made.get();
        const Interrupt::Shield shield;
        (void)run_tree(remove);
        ::unlinkat(parent.get(), name.c_str(), AT_REMOVEDIR);
        throw;
    }
}

void name_skipped(Invocation& invocation, const Value& done) {
    for (const auto& one : done["skipped"].items())
        invocation.omission(escape_name(one["path"].str()) + ": " + one["why"].str());
}

}  // namespace

void copy_out(Invocation& invocation, const CopyPlace& from, const CopyPlace& to) {
    const Rootfs root = Rootfs::open(from.jail->root);
    const auto directory = root.resolve_directory(from.path);
    if (!directory && from.into) throw Error(Errc::not_found, "there is no directory " + from.shown);
    const fs::path target = target_of(from, to);
    if (directory && fs::exists(fs::symlink_status(target)))
        throw Error(Errc::exists, escape_name(target.string()) + " is there already")
            .with_hint("a directory is copied to a name that is free");
    if (fs::is_directory(target)) throw Error(Errc::exists, escape_name(target.string()) + " is a directory");
    if (!directory) (void)root.open_file(from.path);  // or --dry-run would promise what cannot be
    if (invocation.options().dry_run)
        return invocation.console().line("would copy " + from.shown + " to " + escape_name(target.string()));
    const Value done = directory ? copy_directory(root.open_directory(*directory).get(), target) : copy_file(root, from, target);
    name_skipped(invocation, done);
    tell_copied(invocation, from.shown, escape_name(target.string()), done);
}

}  // namespace jailctl::lifecycle
