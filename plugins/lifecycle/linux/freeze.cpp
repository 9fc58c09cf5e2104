#include <algorithm>
#include <fcntl.h>

#include "jailctl/sdk/error.hpp"
#include "runtime.hpp"
#include "watchdog.hpp"

namespace jailctl::lifecycle {
namespace {

constexpr std::chrono::seconds limit{10};  // a process in an uninterruptible wait freezes only when that ends

UniqueFd freezer_of(Cgroup& cgroup) {
    cgroup.open();
    UniqueFd file{::openat(cgroup.directory(), "cgroup.freeze", O_WRONLY | O_CLOEXEC)};
    if (!file) throw_errno("cannot open cgroup.freeze of the jail's cgroup");
    return file;
}

/// Frozen by the cgroup's freezer. The watchdog thaws, unless end() did: when this is destroyed, too.
class WatchedFreeze final : public Freeze {
public:
    WatchedFreeze(const std::string& group, std::chrono::milliseconds longest)
        : cgroup_(group), watchdog_(freezer_of(cgroup_).get(), "0", longest) {
        cgroup_.set_frozen(true, std::min<std::chrono::milliseconds>(limit, longest));
    }
    bool end() override {
        cgroup_.set_frozen(false, limit);
        return watchdog_.dismiss();
    }

private:
    Cgroup cgroup_;
    Watchdog watchdog_;
};

}  // namespace

std::unique_ptr<Freeze> LinuxRuntime::hold_still(Invocation& invocation, const Jail& jail,
                                                 std::chrono::milliseconds longest) {
    const std::string group = require_running(invocation.configuration(), jail).cgroup;
    return in_context("freezing " + jail.name.text(), [&] { return std::make_unique<WatchedFreeze>(group, longest); });
}

void LinuxRuntime::freeze(Invocation& invocation, const Jail& jail) {
    Cgroup cgroup(require_running(invocation.configuration(), jail).cgroup);
    in_context("freezing " + jail.name.text(), [&] { cgroup.set_frozen(true, limit); });
}

void LinuxRuntime::thaw(Invocation& invocation, const Jail& jail) {
    Cgroup cgroup(require_running(invocation.configuration(), jail).cgroup);
    in_context("thawing " + jail.name.text(), [&] { cgroup.set_frozen(false, limit); });
}

}  // namespace jailctl::lifecycle
