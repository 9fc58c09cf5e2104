#include "jailctl/sdk/error.hpp"
#include "runtime.hpp"

namespace jailctl::lifecycle {
namespace {

constexpr std::chrono::seconds limit{10};  // a process in an uninterruptible wait freezes only when that ends

}  // namespace

void LinuxRuntime::freeze(Invocation& invocation, const Jail& jail) {
    Cgroup cgroup(require_running(invocation.configuration(), jail).cgroup);
    in_context("freezing " + jail.name.text(), [&] { cgroup.set_frozen(true, limit); });
}

void LinuxRuntime::thaw(Invocation& invocation, const Jail& jail) {
    Cgroup cgroup(require_running(invocation.configuration(), jail).cgroup);
    in_context("thawing " + jail.name.text(), [&] { cgroup.set_frozen(false, limit); });
}

}  // namespace jailctl::lifecycle
