#pragma once

#include <string>
#include <vector>

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/operation.hpp"
#include "jailctl/sdk/service.hpp"
#include "jailctl/sdk/value.hpp"

namespace jailctl {

/// Joins a jail's network namespace to the host's. Providers are named by NETWORK, up to its first colon: "routed",
/// "bridge", "host", "none", of which this version takes no others.
class JAILCTL_SDK_EXPORT Network : public Service {
public:
    static constexpr std::string_view id = "network/1";
    ~Network() override;
    /// Says before anything is changed why `jail` could not join: IF missing, address in use, family not supported.
    /// May be asked again before it joins, so nothing is printed.
    /// @return what will not be as one may expect though it joins (nobody but the host reaches it), a sentence each,
    /// which whoever starts the jail warns of
    /// @throws Error config, not_found, exists, unsupported
    [[nodiscard]] virtual std::vector<std::string> check(const Configuration& configuration, const Jail& jail) = 0;
    /// Brings link, addresses and routes up as steps of `operation`, each with its undo.
    /// @param netns  Linux: descriptor of the network namespace; FreeBSD: -1, jid in the record
    /// @return what leave() needs, kept in the running record
    virtual Value join(Invocation& invocation, Operation& operation, const Jail& jail, int netns) = 0;
    /// Takes down what join() made; what is gone already is success. Nothing of the jail runs any more when it is
    /// called. @param record  may come from an older run of ours, or be null where it was lost
    /// @throws Error invalid, damaged: the record makes no sense, and null would do; io, denied
    virtual void leave(Invocation& invocation, const Jail& jail, const Value& record) = 0;
};

/// The provider that NETWORK of `jail` names. @throws Error config: none of that name
[[nodiscard]] JAILCTL_SDK_EXPORT Network& network_of(Invocation& invocation, const Jail& jail);

}  // namespace jailctl
