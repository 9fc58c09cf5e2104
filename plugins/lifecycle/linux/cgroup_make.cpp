#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include "cgroup.hpp"
#include "cgroup_limits.hpp"
#include "jailctl/sdk/cgroup_tree.hpp"
#include "jailctl/sdk/error.hpp"

/// Making and removing a jail's control groups; what is done with them while they exist is in cgroup.cpp.
namespace jailctl::lifecycle {
namespace {

constexpr const char* parent = jails_cgroup;
constexpr const char* guest_part = "guest";
constexpr const char* exec_part = "exec";

/// Makes jailctl/<name> below `root`. Another command may remove an empty jailctl/ between our two steps.
UniqueFd make_below(int root, const std::string& name, UniqueFd& above) {
    for (int attempt = 0; attempt < 100; ++attempt) {
        if (::mkdirat(root, parent, 0755) != 0 && errno != EEXIST) throw_errno("cannot make a cgroup for jails");
        above = UniqueFd{::openat(root, parent, O_PATH | O_DIRECTORY | O_CLOEXEC)};
        if (above && (::mkdirat(above.get(), name.c_str(), 0755) == 0 || errno == EEXIST)) {
            UniqueFd made{::openat(above.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
            if (made) return made;
        }
        if (errno != ENOENT && errno != ENODEV) break;
    }
    throw_errno("cannot make the jail's cgroup");
}

void remove_below(int root, const std::string& name) {
    const UniqueFd above{::openat(root, parent, O_PATH | O_DIRECTORY | O_CLOEXEC)};
    if (!above) return;
    if (const UniqueFd group{::openat(above.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)})
        remove_groups_below(group.get());
    // A process that just died may still be counted for a moment.
    std::chrono::microseconds pause{50}, waited{0};
    while (::unlinkat(above.get(), name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT) {
        if (errno != EBUSY || waited > std::chrono::seconds(1))
            throw Error(Errc::busy, "cannot remove the jail's cgroup", last_error());
        std::this_thread::sleep_for(pause);
        waited += pause;
        pause = std::min(pause * 2, std::chrono::microseconds{1000});
    }
    ::unlinkat(root, parent, AT_REMOVEDIR);  // other jails may be in it
}

UniqueFd open_v1(const CgroupMount& mount) {
    UniqueFd root{::open(mount.path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
    if (!root) throw_errno("cannot open the cgroup hierarchy at " + mount.path);
    return root;
}

}  // namespace

/// Also without a limit: `top` counts by these, and `set` may limit later.
constexpr const char* joined_always[] = {"memory", "cpu", "pids", "io"};

void Cgroup::make(const ResourceLimits& limits) {
    root_ = open_unified();
    make_unified(limits);
    make_v1(limits);
}

void Cgroup::make_unified(const ResourceLimits& limits) {
    UniqueFd above;
    directory_ = make_below(root_.get(), name_, above);
    if (populated())
        throw Error(Errc::busy, "processes of an earlier run are still in the jail's cgroup")
            .with_hint("'jailctl stop' kills what is left");
    for (const char* controller : joined_always)
        if (has_controller(root_.get(), controller)) (void)hand_down(root_.get(), above.get(), controller);
    for (const auto& limit : unified_limits(limits, Unwanted::left_out)) {
        if (!has_controller(root_.get(), limit.controller)) continue;
        if (limit.controller == "io") require_weights(root_.get());
        require_handed_down(root_.get(), above.get(), limit);
        write_limit(directory_.get(), limit);
    }
}

void Cgroup::make_v1(const ResourceLimits& limits) {
    const auto wanted = v1_limits(limits, Unwanted::left_out);
    std::vector<const CgroupMount*> joined;  // one hierarchy may have several of them
    for (const std::string controller : joined_always) {
        if (has_controller(root_.get(), controller)) continue;
        std::vector<LimitFile> files;
        std::copy_if(wanted.begin(), wanted.end(), std::back_inserter(files),
                     [&](const LimitFile& limit) { return limit.controller == controller; });
        const CgroupMount* mount = cgroup_mounts().v1_with(v1_name(controller));
        if (mount == nullptr && files.empty()) continue;
        if (mount == nullptr)
            throw Error(Errc::unsupported, std::string(files.front().variable) +
                                               " cannot be set: no cgroup controller '" + controller +
                                               "' on this host");
        UniqueFd above;
        const UniqueFd made = make_below(open_v1(*mount).get(), name_, above);
        for (const auto& limit : files) write_limit(made.get(), limit);
        if (std::find(joined.begin(), joined.end(), mount) != joined.end()) continue;
        joined.push_back(mount);
        UniqueFd tasks{::openat(made.get(), "tasks", O_WRONLY | O_CLOEXEC)};
        if (!tasks) throw_errno("cannot open the tasks of the jail's cgroup");
        tasks_.push_back(std::move(tasks));
    }
}

namespace {

/// A jail's own groups cost memory of the host's kernel, and have to be removed one by one.
constexpr std::pair<const char*, const char*> bounds[] = {{"cgroup.max.depth", "32"},
                                                          {"cgroup.max.descendants", "4096"}};

UniqueFd make_part(int directory, const char* name) {
    if (::mkdirat(directory, name, 0755) != 0 && errno != EEXIST) throw_errno("cannot divide the jail's cgroup");
    UniqueFd part{::openat(directory, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!part) throw_errno("cannot divide the jail's cgroup");
    return part;
}

}  // namespace

void Cgroup::divide(std::uint32_t owner) {
    for (const auto& [file, value] : bounds)
        if (!write_control(directory_.get(), file, value)) throw_errno(std::string("cannot write ") + file);
    for (const char* controller : joined_always)
        if (has_controller(directory_.get(), controller) &&
            !write_control(directory_.get(), "cgroup.subtree_control", std::string("+") + controller))
            throw_errno(std::string("cannot hand the cgroup controller '") + controller + "' to the jail");
    (void)make_part(directory_.get(), exec_part);
    part_ = make_part(directory_.get(), guest_part);
    // What the kernel says a delegate needs (cgroup-v2.rst, Model of Delegation): the directory
    // and these files, no limit.
    for (const char* file : {".", "cgroup.procs", "cgroup.threads", "cgroup.subtree_control"})
        if (::fchownat(part_.get(), file, owner, owner, 0) != 0) throw_errno("cannot give the jail its control group");
}

void Cgroup::open() {
    if (!look_up()) throw Error(Errc::not_found, "the jail's cgroup is gone");
    part_ = UniqueFd{::openat(directory_.get(), exec_part, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    for (const auto& mount : cgroup_mounts().v1) {
        const std::string tasks = mount.path + "/" + parent + "/" + name_ + "/tasks";
        if (UniqueFd file{::open(tasks.c_str(), O_WRONLY | O_CLOEXEC)}; file) tasks_.push_back(std::move(file));
    }
}

void Cgroup::forbid_forks() noexcept {
    if (directory_) write_control(directory_.get(), "pids.max", "0");
    if (const CgroupMount* mount = cgroup_mounts().v1_with("pids")) {
        const UniqueFd root{::open(mount->path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
        if (root) write_control(root.get(), (std::string(parent) + "/" + name_ + "/pids.max").c_str(), "0");
    }
}

void Cgroup::remove() {
    look_up();
    directory_.reset();
    part_.reset();
    remove_below(root_.get(), name_);
    for (const auto& mount : cgroup_mounts().v1) remove_below(open_v1(mount).get(), name_);
}

}  // namespace jailctl::lifecycle
