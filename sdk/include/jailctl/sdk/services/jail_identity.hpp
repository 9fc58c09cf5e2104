#pragma once

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/service.hpp"

namespace jailctl {

/// Makes a copy of a jail another one: for `restore --as`.
class JAILCTL_SDK_EXPORT JailIdentity : public Service {
public:
    static constexpr std::string_view id = "jail-identity/1";
    ~JailIdentity() override;
    /// In the staged `root`, a copy of jail `was`: hostname, the hostname of rc.conf and the lines of hosts
    /// become those of `jail`, everything else in these files stays; machine-id is emptied, so that the next
    /// start makes one, D-Bus's copy of it and the host keys of ssh are removed. The keys are made anew inside,
    /// where there is an ssh-keygen.
    /// @return false: there were host keys and they could not be made anew
    /// @throws Error io, invalid, interrupted
    virtual bool renew(Invocation& invocation, const Jail& was, const Jail& jail,
                       const std::filesystem::path& root) = 0;
};

}  // namespace jailctl
