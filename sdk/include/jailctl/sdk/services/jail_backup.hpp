#pragma once

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/service.hpp"

namespace jailctl {

/// Backs a jail up as the command `backup` does, for other commands (`delete --backup-first`): hooks, excludes and the
/// configured backend included. The caller holds the jail's lock.
class JAILCTL_SDK_EXPORT JailBackup : public Service {
public:
    static constexpr std::string_view id = "jail-backup/1";
    ~JailBackup() override;
    /// @return  omissions: the backup is usable and something named was left out
    /// @throws Error  as `backup` does; nothing is stored then
    virtual Outcome back_up(Invocation& invocation, const Jail& jail) = 0;
};

}  // namespace jailctl
