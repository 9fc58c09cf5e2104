#include "not_running.hpp"

#include "jailctl/sdk/rootfs.hpp"

namespace jailctl::lifecycle {

namespace {

Error not_created(const Jail& jail) {
    return Error(Errc::not_found, jail.name.text() + " has not been created: nothing at " + jail.root.string())
        .with_hint("create it: jailctl create " + jail.name.text());
}

}  // namespace

void require_created(const Jail& jail) {
    const RootState state = root_state(jail.root);
    if (state == RootState::present) return;
    if (state == RootState::not_a_directory) throw Error(Errc::invalid, jail.root.string() + " is not a directory");
    throw not_created(jail);
}

Error not_running(const Jail& jail) {
    const RootState state = root_state(jail.root);
    if (state == RootState::absent || state == RootState::empty) return not_created(jail);
    return Error(Errc::not_found, jail.name.text() + " is not running")
        .with_hint("start it: jailctl start " + jail.name.text());
}

}  // namespace jailctl::lifecycle
