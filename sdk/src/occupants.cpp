#include "jailctl/sdk/occupants.hpp"

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/services/jail_runtime.hpp"
#include "jailctl/sdk/tree_hold.hpp"

namespace jailctl {

void require_root_unused(Invocation& invocation, const Jail& jail, const std::filesystem::path& root) {
    const auto& runtime = invocation.services().get<JailRuntime>();
    if (const auto user = runtime.find_user(invocation.configuration(), jail.name, root))
        throw Error(Errc::busy, "jail " + jail.name.text() + " is in use: " + user->sentence).with_hint(user->hint);
    if (runtime.find(invocation.configuration(), jail.name)) return;  // a process of its own may hold its /
    in_context("jail " + jail.name.text() + " is in use", [&] { require_unheld(root, invocation.options().wait); });
}

}  // namespace jailctl
