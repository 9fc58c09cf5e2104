#include "jailctl/sdk/tar_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/text.hpp"
#include "jailctl/sdk/tree.hpp"

namespace jailctl {

namespace {

/// A file that is nobody's until it is published, and gone if it never is.
class Partial {
public:
    Partial(int directory, std::string name)
        : directory_(directory), name_(std::move(name)), file_(make_partial(directory_, name_)) {}
    ~Partial() {
        if (!name_.empty()) ::unlinkat(directory_, name_.c_str(), 0);
    }
    Partial(const Partial&) = delete;
    Partial& operator=(const Partial&) = delete;

    [[nodiscard]] int file() const noexcept { return file_.get(); }
    void publish(const std::string& as) {
        publish_partial(directory_, file_.get(), name_, as);
        name_.clear();
        file_.close_checked(as);
    }

private:
    int directory_;
    std::string name_;
    UniqueFd file_;
};

TreeJob job_on(const char* action, int archive) {
    return {.action = action, .arguments = Value::object(), .root = -1, .id_base = {}, .read_only = true,
            .descriptors = {{"archive", archive}}, .on_progress = {}, .on_note = {}};
}

void rewind(int file, const std::string& what) {
    if (::lseek(file, 0, SEEK_SET) != 0) throw_errno("cannot read " + what);
}

bool is_file_at(int directory, const std::string& name, int file) {
    struct stat named {}, open {};
    return ::fstatat(directory, name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 && ::fstat(file, &open) == 0 &&
           named.st_dev == open.st_dev && named.st_ino == open.st_ino;
}

}  // namespace

UniqueFd make_partial(int directory, const std::string& name) {
    ::unlinkat(directory, name.c_str(), 0);
    UniqueFd file(::openat(directory, name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file) throw_errno("cannot make " + escape_name(name));
    return file;
}

void publish_partial(int directory, int file, const std::string& partial, const std::string& name) {
    // link and unlink instead of rename: they never replace, on every system and file system we know.
    if (::linkat(directory, partial.c_str(), directory, name.c_str(), 0) != 0)
        throw_errno("cannot publish " + escape_name(name));
    if (!is_file_at(directory, name, file)) {  // what was proven is the open file, whatever has its name
        ::unlinkat(directory, name.c_str(), 0);
        throw Error(Errc::damaged, "somebody else put another file in the place of " + escape_name(partial));
    }
    if (::unlinkat(directory, partial.c_str(), 0) != 0) throw_errno("cannot remove " + escape_name(partial));
    sync_fd(directory, "the directory of " + escape_name(name));
}

Value store_tar_file(BackupSource& source, int directory, const std::string& name) {
    if (::faccessat(directory, name.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0)
        throw Error(Errc::exists, escape_name(name) + " exists already");
    Partial partial(directory, "." + name + ".partial");
    Value packed = source.write_tar(partial.file(), name.ends_with(".tar") ? "tar" : "tar.gz");
    sync_fd(partial.file(), name);
    const Value checked = in_context("reading back " + escape_name(name), [&] {
        rewind(partial.file(), name);
        TreeJob job = job_on("check", partial.file());
        job.arguments.set("trusted", true);
        return run_tree(job);
    });
    if (checked["sha256"].str().empty() || checked["sha256"].str() != packed["sha256"].str())
        throw Error(Errc::damaged, escape_name(name) + " does not read back as it was written");
    partial.publish(name);
    return packed;
}

Value check_tar_file(int file, const std::string& what) {
    rewind(file, what);
    return in_context(escape_name(what), [&] { return run_tree(job_on("check", file)); });
}

std::string digest_of_file(int file, const std::string& what) {
    rewind(file, what);
    const Value result = run_tree(job_on("digest", file));
    rewind(file, what);
    return result["sha256"].str();
}

Value backup_document(const BackupInfo& info) {
    return Value::object()
        .set("id", info.id)
        .set("jail", info.jail)
        .set("taken", info.taken)
        .set("size", info.size)
        .set("grade", grade_name(info.grade))
        .set("verified", info.verified);
}

BackupInfo backup_of(const Value& document) {
    BackupInfo info;
    info.id = document["id"].str();
    info.jail = document["jail"].str();
    info.taken = document["taken"].num();
    info.size = static_cast<std::uint64_t>(document["size"].num());
    info.grade = parse_grade(document["grade"].str());
    info.verified = document["verified"].num();
    return info;
}

}  // namespace jailctl
