#include <fcntl.h>

#include <algorithm>
#include <cstdlib>

#include "cgroup.hpp"
#include "cgroup_limits.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

/// Changing the limits of a jail that runs.
namespace jailctl::lifecycle {
namespace {

/// Control files that were written, with what they said before; put back, newest first, unless all went well.
class Changes {
public:
    Changes() = default;
    Changes(const Changes&) = delete;
    Changes& operator=(const Changes&) = delete;
    ~Changes() {
        for (auto at = done_.rbegin(); at != done_.rend(); ++at)
            write_control(at->directory, at->file.c_str(), at->before);
    }
    void write(int directory, const LimitFile& limit) {
        std::string before = read_control(directory, limit.file.c_str());
        write_limit(directory, limit);
        if (!before.empty()) done_.push_back({directory, limit.file, std::move(before)});
    }
    void keep() { done_.clear(); }

private:
    struct Written {
        int directory;
        std::string file, before;
    };
    std::vector<Written> done_;
};

/// The kernel would kill for memory.max; for memory.high it only takes back what it can, caches first.
void make_room(int directory, std::uint64_t limit) {
    const std::string before = read_control(directory, "memory.high");
    if (before.empty()) return;
    (void)write_control(directory, "memory.high", std::to_string(limit));
    const std::uint64_t used = std::strtoull(read_control(directory, "memory.current").c_str(), nullptr, 10);
    (void)write_control(directory, "memory.high", before);
    require_room(used, limit);
}

/// The kernel keeps memory.limit_in_bytes <= memory.memsw.limit_in_bytes at every moment:
/// raised, the second comes first.
void arrange(int directory, std::vector<LimitFile>& files) {
    const auto memory = std::find_if(files.begin(), files.end(),
                                     [](const LimitFile& one) { return one.controller == "memory"; });
    if (memory == files.end()) return;
    const std::uint64_t now = std::strtoull(read_control(directory, memory->file.c_str()).c_str(), nullptr, 10);
    const bool raised = memory->value == "-1" || std::strtoull(memory->value.c_str(), nullptr, 10) > now;
    if (raised) std::iter_swap(memory, std::next(memory));
}

/// A v1 hierarchy takes back what it can by itself, and says so if that was not enough.
void write_v1(Changes& changes, int directory, const LimitFile& limit) {
    try {
        changes.write(directory, limit);
    } catch (const Error& error) {
        if (error.cause().value() != EBUSY || limit.controller != "memory") throw;
        refuse_room(std::strtoull(read_control(directory, "memory.usage_in_bytes").c_str(), nullptr, 10),
                    std::strtoull(limit.value.c_str(), nullptr, 10));
    }
}

void keep_wanted(std::vector<LimitFile>& files, const std::vector<std::string>& variables) {
    std::erase_if(files, [&](const LimitFile& one) {
        return std::find(variables.begin(), variables.end(), one.variable) == variables.end();
    });
}

}  // namespace

void Cgroup::change(const ResourceLimits& limits, const std::vector<std::string>& variables) {
    if (!look_up()) throw Error(Errc::not_found, "the jail's cgroup is gone");
    auto unified = unified_limits(limits, Unwanted::lifted), v1 = v1_limits(limits, Unwanted::lifted);
    keep_wanted(unified, variables);
    keep_wanted(v1, variables);
    const auto here = [&](const LimitFile& limit) { return has_controller(root_.get(), limit.controller); };
    std::vector<UniqueFd> hierarchies;  // outlive the changes, which may have to put something back
    Changes changes;
    const UniqueFd above{::openat(root_.get(), jails_cgroup, O_PATH | O_DIRECTORY | O_CLOEXEC)};
    for (const auto& limit : unified) {
        if (!here(limit)) continue;
        if (limit.controller == "io" && limits.io_weight) require_weights(root_.get());
        require_handed_down(root_.get(), above.get(), limit);
        if (limit.file == "memory.max" && limits.memory) make_room(directory_.get(), *limits.memory);
        changes.write(directory_.get(), limit);
    }
    std::erase_if(v1, here);
    for (const auto& variable : variables) {
        auto files = v1;
        keep_wanted(files, {variable});
        if (files.empty()) continue;
        hierarchies.push_back(open_joined(files.front()));
        arrange(hierarchies.back().get(), files);
        for (const auto& limit : files) write_v1(changes, hierarchies.back().get(), limit);
    }
    changes.keep();
}

UniqueFd Cgroup::open_joined(const LimitFile& limit) const {
    const CgroupMount* mount = cgroup_mounts().v1_with(v1_name(limit.controller));
    if (mount == nullptr)
        throw Error(Errc::unsupported, std::string(limit.variable) + " cannot be set: no cgroup controller '" +
                    limit.controller + "' on this host");
    UniqueFd group{::open((mount->path + "/" + jails_cgroup + "/" + name_).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
    if (group) return group;
    throw Error(Errc::unsupported, std::string(limit.variable) +
                                       " cannot be set while the jail runs: it was started outside "
                                       "the control group that does it")
        .with_hint("set it in jails.d and restart the jail");
}

}  // namespace jailctl::lifecycle
