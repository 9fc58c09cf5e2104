#include "abstract_sockets.hpp"

#include <cstdint>
#include <sys/syscall.h>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/scoped.hpp"

namespace jailctl::lifecycle {
namespace {

/// landlock_ruleset_attr of Linux 6.12: headers of the systems we are built on are older.
struct RulesetAttributes {
    std::uint64_t handled_access_fs, handled_access_net, scoped;
};
constexpr std::uint64_t scope_abstract_unix_socket = 1;
constexpr unsigned create_ruleset_version = 1;
constexpr long version_with_scopes = 6;

}  // namespace

bool can_part_abstract_sockets() noexcept {
    return ::syscall(SYS_landlock_create_ruleset, nullptr, 0, create_ruleset_version) >= version_with_scopes;
}

void part_abstract_sockets() {
    const RulesetAttributes attributes{0, 0, scope_abstract_unix_socket};
    const UniqueFd ruleset{static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0))};
    if (!ruleset || ::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) != 0)
        throw_errno("cannot part the jail from the host's abstract UNIX sockets");
}

}  // namespace jailctl::lifecycle
