#include "not_running.hpp"

#include "jailctl/sdk/rootfs.hpp"

namespace jailctl::lifecycle {

Error not_running(const Jail& jail) {
    const RootState state = root_state(jail.root);
    if (state == RootState::absent || state == RootState::empty) return not_created(jail);
    return Error(Errc::not_found, jail.name.text() + " is not running")
        .with_hint("start it: jailctl start " + jail.name.text());
}

}  // namespace jailctl::lifecycle
