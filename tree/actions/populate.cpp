#include "../actions.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../change.hpp"
#include "../clearing.hpp"
#include "../copy_content.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::tree::actions {

namespace {

/// What a killed writer left is removed by the next, and by Rootfs::remove_temporary(), whose name it is, too.
constexpr const char* temporary = ".jailctl-new";
constexpr mode_t default_directory_mode = 0755, default_file_mode = 0644;

mode_t mode_in(const Value& entry, mode_t otherwise) {
    const std::int64_t mode = entry["mode"].num(otherwise);
    if (mode < 0 || mode > 07777) throw Error(Errc::invalid, "populate: a mode is not between 0 and 07777");
    return static_cast<mode_t>(mode);
}

/// Writes entries one after the other, staying in the directory of the last: lists come sorted by directory.
class Population {
public:
    explicit Population(Job& job) : job_(job), at_(job.root()) {}

    void add(const Value& entry) {
        std::vector<std::string> path = components_of(decode_path(entry["path"].str()));
        const std::string type = entry["type"].str();
        if (path.empty()) throw Error(Errc::invalid, "populate: an entry without a path");
        in_context(escape_name(decode_path(entry["path"].str())), [&] {
            const std::string name = std::move(path.back());
            path.pop_back();
            go_to(path);
            if (type == "dir")
                add_directory(name, entry);
            else if (type == "file")
                add_file(name, entry);
            else if (type == "link")
                add_link(name, entry);
            else
                throw Error(Errc::invalid, "populate: unknown type '" + type + "'");
        });
        ++entries_;
        job_.progress(bytes_);
    }
    [[nodiscard]] Value result() const { return Value::object().set("entries", entries_).set("bytes", bytes_); }

private:
    void go_to(const std::vector<std::string>& directory) {
        std::size_t common = 0;
        while (common < here_.size() && common < directory.size() && here_[common] == directory[common]) ++common;
        for (; here_.size() > common; here_.pop_back()) at_.leave();
        for (; here_.size() < directory.size(); here_.push_back(directory[here_.size()]))
            enter(directory[here_.size()]);
    }
    void enter(const std::string& name) {
        if (descend(at_, name, default_directory_mode)) ++entries_;
    }
    void add_directory(const std::string& name, const Value& entry) {
        (void)make_directory(at_.fd(), name, 0700);
        if (!at_.enter(name)) throw Error(Errc::failed, "cannot enter it");
        here_.push_back(name);
        own(at_.fd(), entry, default_directory_mode);
    }
    /// What stands there stays until the new file is whole.
    void add_file(const std::string& name, const Value& entry) {
        if (!clear_the_way(at_.fd(), temporary))
            throw Error(Errc::exists,
                        "a directory stands beside it under the name that a new file has until it is whole")
                .with_hint(std::string("rename or remove the directory ") + temporary);
        const Lease guard([this] { ::unlinkat(at_.fd(), temporary, 0); });  // after the rename there is nothing
        const UniqueFd file{
            ::openat(at_.fd(), temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
        if (!file) throw_errno("cannot make the file");
        bytes_ += entry["source"].is_string() ? copy_source(entry, file.get())
                                              : write_content(entry["content"].str(), file.get());
        own(file.get(), entry, default_file_mode);
        give_name(name);
    }
    void give_name(const std::string& name) {
        if (::renameat(at_.fd(), temporary, at_.fd(), name.c_str()) == 0) return;
        free_name(name);  // of an empty directory, of a file that is protected
        if (::renameat(at_.fd(), temporary, at_.fd(), name.c_str()) != 0) throw_errno("cannot give it its name");
    }
    void add_link(const std::string& name, const Value& entry) {
        free_name(name);
        if (::symlinkat(decode_path(entry["target"].str()).c_str(), at_.fd(), name.c_str()) != 0)
            throw_errno("cannot make the link");
        const auto [uid, gid] = owner_in(entry);
        if (::fchownat(at_.fd(), name.c_str(), uid, gid, AT_SYMLINK_NOFOLLOW) != 0)
            throw_errno("cannot give the link away");
    }
    void free_name(const std::string& name) {
        if (!clear_the_way(at_.fd(), name)) throw Error(Errc::exists, "a directory stands there that is not empty");
    }
    std::uint64_t copy_source(const Value& entry, int out) {
        const int in = job_.descriptor(entry["source"].str());
        const Facts before = facts_of(in);
        if (before.kind != Kind::regular) throw Error(Errc::invalid, "its source is no regular file");
        const std::uint64_t bytes = copy_content(in, out, before.size);
        if (const std::string what = change_of(before, facts_of(in)); !what.empty())
            job_.note(decode_path(entry["path"].str()), what);
        return bytes;
    }
    static std::uint64_t write_content(const std::string& content, int out) {
        write_all(out, content, "its content");
        return content.size();
    }
    static std::pair<uid_t, gid_t> owner_in(const Value& entry) {
        return {static_cast<uid_t>(entry["uid"].num()), static_cast<gid_t>(entry["gid"].num())};
    }
    static void own(int fd, const Value& entry, mode_t otherwise) {
        const auto [uid, gid] = owner_in(entry);
        if (::fchown(fd, uid, gid) != 0) throw_errno("cannot give it away");
        if (::fchmod(fd, mode_in(entry, otherwise)) != 0) throw_errno("cannot set its mode");
    }

    Job& job_;
    DirectoryStack at_;
    std::vector<std::string> here_;  // names of the directory `at_` stands in
    std::uint64_t entries_ = 0, bytes_ = 0;
};

}  // namespace

Value populate(Job& job) {
    Population population(job);
    for (const Value& entry : job.arguments()["entries"].items()) population.add(entry);
    return population.result();
}

}  // namespace jailctl::tree::actions
