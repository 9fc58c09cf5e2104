#include "../actions.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "../clearing.hpp"
#include "../copy_entry.hpp"
#include "../copy_staging.hpp"
#include "../rename.hpp"
#include "archive/member_name.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::tree::actions {

namespace {

/// Keeps the directory that is written in step with the walk of the source.
class Copy final : public Visitor {
public:
    /// @param keep_top  the top directory is somebody else's and keeps its owner and mode
    Copy(Job& job, DirectoryStack target, bool as_root, bool keep_top)
        : job_(job),
          target_(std::move(target)),
          top_(facts_of(target_.fd()).identity),
          made_(1, !keep_top),
          without_devices_(job.arguments()["without_devices"].truth()),
          copier_(job.root(), {as_root, !job.in_userns()},
                  [this, into = target_.path()](const auto& path, const auto& what) {
                      job_.note(in_source(path, into), what);
                  }) {}

    Visit visit(const Entry& entry) override {
        if (entry.path.empty()) {
            if (is_top(entry)) throw Error(Errc::invalid, "a directory is not copied to where it stands");
            mount_ = entry.facts.identity.mount;
            return Visit::enter;
        }
        if (entry.facts.identity.mount != mount_) {
            job_.note(entry.path, "is on another mount and was not copied");
            return Visit::skip;
        }
        const std::string name = entry.name;
        if (is_top(entry)) {  // it would never end
            job_.note(entry.path, "is the copy itself, which was left out");
            return Visit::skip;
        }
        if (entry.facts.kind == Kind::directory) return go_into(name);
        if (without_devices_ && is_device(entry.facts.kind)) {
            job_.note(entry.path, "is a device, which is not made in a jail");
            return Visit::skip;
        }
        if (!clear_the_way(target_.fd(), name))
            throw Error(Errc::exists,
                        "a directory stands where " + escape_name(target_.path_of(name)) + " is to be copied");
        copier_.copy(entry, target_.fd(), name, target_.path_of(name));
        job_.progress(copier_.bytes());
        return Visit::skip;
    }
    Leave leave(const Entry& entry) override {
        // A directory that stood there before keeps its owner and mode: addons lay files into /etc, not a new /etc.
        if (made_.back()) copier_.copy_directory_attributes(entry.directory, target_.fd(), target_.path());
        made_.pop_back();
        if (target_.depth() > 0 && !made_.empty()) target_.leave();
        return Leave::done;
    }
    void problem(std::string_view path, const std::string& what) override { job_.note(path, what); }
    [[nodiscard]] Value result() const {
        return Value::object()
            .set("entries", copier_.entries() + directories_)
            .set("bytes", copier_.bytes())
            .set("sockets", copier_.sockets());
    }

private:
    /// As the walk names it: where the copy is made has a name of ours until it is whole.
    static std::string in_source(const std::string& path, const std::string& into) {
        if (path == into) return ".";
        return into.empty() ? path : path.substr(into.size() + 1);
    }
    /// On another mount of the same file system, too: every source is one.
    [[nodiscard]] bool is_top(const Entry& entry) const {
        return entry.facts.identity.inode == top_.inode && entry.facts.identity.device == top_.device;
    }
    Visit go_into(const std::string& name) {
        const bool made = make_directory(target_.fd(), name, 0700);
        if (!target_.enter(name))
            throw Error(Errc::failed, "cannot enter the copy of " + escape_name(target_.path_of(name)));
        made_.push_back(made);
        ++directories_;
        return Visit::enter;
    }
    Job& job_;
    DirectoryStack target_;
    Identity top_;
    std::vector<bool> made_;  // whether each directory on the way is ours
    bool without_devices_;
    EntryCopier copier_;
    std::uint64_t directories_ = 0, mount_ = 0;
};

/// The directory `into` below the root, made with its parents; nothing on the way is followed.
DirectoryStack target_directory(int root, const std::string& into) {
    DirectoryStack target(root);
    for (const auto& name : components_of(into)) (void)descend(target, name, 0755);
    return target;
}

Value copy_to(Job& job, const std::string& into) {
    Copy copier(job, target_directory(job.root(), into), job.arguments()["as_root"].truth(), !into.empty());
    walk(job.descriptor("source"), copier);
    return copier.result();
}

/// The new directory `name` of `parent` gets its name when all is in it, or there is nothing of it.
Value copy_whole(Job& job, const std::string& parent, int beside, const std::string& name) {
    const Lease gone_unless_renamed([&] {
        try {
            remove_copy_staging(beside);
        } catch (const Error&) {
            // The error under way says why; what asked for the copy tidies up.
        }
    });
    Value done = copy_to(job, parent + "/" + copy_staging);
    if (!rename_new(beside, copy_staging, beside, name.c_str()))
        throw_errno("cannot give " + escape_name(name) + " its name");
    return done;
}

}  // namespace

Value copy(Job& job) {
    const std::string into = decode_path(job.arguments()["into"].str());
    auto way = components_of(into);
    if (way.empty() || !job.arguments()["whole"].truth()) return copy_to(job, into);
    const std::string name = std::move(way.back());
    way.pop_back();
    const std::string parent = joined(way);
    const UniqueFd beside = open_below(job.root(), parent);
    if (!beside) throw_errno("cannot open the directory that " + escape_name(name) + " is to stand in");
    remove_copy_staging(beside.get());
    struct stat there {};
    const bool is_new = ::fstatat(beside.get(), name.c_str(), &there, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT;
    return is_new ? copy_whole(job, parent, beside.get(), name) : copy_to(job, into);
}

}  // namespace jailctl::tree::actions
