#pragma once

#include <optional>

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/service.hpp"
#include "jailctl/sdk/services/backup_backend.hpp"

namespace jailctl {

/// Backs a jail up as the command `backup` does, for other commands (`delete --backup-first`): hooks, excludes and the
/// configured backend included. The caller holds the jail's lock.
class JAILCTL_SDK_EXPORT JailBackup : public Service {
public:
    static constexpr std::string_view id = "jail-backup/1";
    enum class Which { any, usable };
    ~JailBackup() override;
    /// @return  omissions: the backup is usable and something named was left out
    /// @throws Error  as `backup` does; nothing is stored then
    virtual Outcome back_up(Invocation& invocation, const Jail& jail) = 0;
    /// The newest backup this host has made of the jail and noted, whichever backend keeps it: a look at one small
    /// file. No backend is asked, so one that somebody else removed may be told yet; an archive whose file is gone is
    /// not, and one that was altered since is told as not verified, or, if its size is another now, with a problem.
    /// @param which  usable: what was found damaged, or has another size than when it was made, is passed over
    /// @throws Error damaged, io
    [[nodiscard]] virtual std::optional<BackupInfo> last(const Configuration& configuration, const JailName& jail,
                                                         Which which) const = 0;
};

}  // namespace jailctl
