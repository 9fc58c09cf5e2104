#include "single_files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/tree.hpp"
#include "restoring.hpp"

namespace jailctl::restic {
namespace {

/// A private directory STATE_DIR/restic-scratch/<pid>, locked while somebody works in it.
class Workplace {
public:
    explicit Workplace(const Configuration& configuration)
        : above_(make_private_directory(configuration.path("STATE_DIR") / "restic-scratch")),
          name_(std::to_string(::getpid())) {
        const UniqueFd lock(::openat(above_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!lock || ::flock(lock.get(), LOCK_EX) != 0) throw_errno("cannot lock STATE_DIR/restic-scratch");
        sweep(lock.get());
        if (::mkdirat(above_.get(), name_.c_str(), 0700) != 0)
            throw_errno("cannot make a directory in STATE_DIR/restic-scratch");
        directory_ = open(name_);
        if (!directory_ || ::flock(directory_.get(), LOCK_EX) != 0)
            throw_errno("cannot lock a directory in STATE_DIR/restic-scratch");
    }
    ~Workplace() {
        try {
            clear(directory_, name_);
        } catch (const Error&) {
            // The next command that comes here removes it.
        }
    }
    Workplace(const Workplace&) = delete;
    Workplace& operator=(const Workplace&) = delete;

    [[nodiscard]] int directory() const noexcept { return directory_.get(); }
    /// An unnamed file on the same file system.
    [[nodiscard]] UniqueFd file() const { return unnamed_file(above_.get(), "." + name_ + ".file"); }

private:
    [[nodiscard]] UniqueFd open(const std::string& name) const {
        return UniqueFd(::openat(above_.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    }
    void clear(const UniqueFd& directory, const std::string& name) const {
        (void)run_tree({.action = "remove",
                        .arguments = Value::object(),
                        .root = directory.get(),
                        .id_base = {},
                        .read_only = false,
                        .descriptors = {},
                        .on_progress = {},
                        .on_note = {}});
        (void)::unlinkat(above_.get(), name.c_str(), AT_REMOVEDIR);
    }
    /// What nobody holds was left by a command that was killed.
    void sweep(int above) const {
        for (const std::string& name : list_directory(above, "STATE_DIR/restic-scratch")) {
            const UniqueFd left = open(name);
            if (left && ::flock(left.get(), LOCK_EX | LOCK_NB) == 0) clear(left, name);
        }
    }

    UniqueFd above_;
    std::string name_;
    UniqueFd directory_;
};

}  // namespace

Value take_out(Invocation& invocation, const Repository& repository, const std::string& id, bool whole,
               const BackupExtract& wanted) {
    const Workplace place(invocation.configuration());
    Wanted some{.snapshot = id, .paths = {}, .whole = whole || wanted.trust};
    bool everything = false;
    for (const auto& path : wanted.paths) {
        const auto plain = std::filesystem::path("/" + decode_path(path)).lexically_normal().relative_path().string();
        everything = everything || plain.empty();
        some.paths.push_back(plain.ends_with('/') ? plain.substr(0, plain.size() - 1) : plain);
    }
    if (everything) some.paths.clear();
    (void)write_tree(invocation, repository, some, place.directory());
    const UniqueFd tar = place.file();
    (void)run_tree({.action = "pack",
                    .arguments = Value::object().set("format", "tar").set("description", Value::object()),
                    .root = place.directory(),
                    .id_base = {},
                    .read_only = true,
                    .descriptors = {{"out", tar.get()}},
                    .on_progress = {},
                    .on_note = {}});
    if (::lseek(tar.get(), 0, SEEK_SET) != 0) throw_errno("cannot read what restic wrote");
    return extract_from_tar(tar.get(), wanted, whole ? Vouched::yes : Vouched::no);
}

}  // namespace jailctl::restic
