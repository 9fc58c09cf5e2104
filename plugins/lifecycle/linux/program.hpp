#pragma once

#include <string>
#include <vector>

#include "confinement.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/scoped.hpp"
#include "jailctl/sdk/services/jail_runtime.hpp"

namespace jailctl::lifecycle {

/// What a process becomes once it is inside a jail.
struct JailProgram {
    /// Argv; [0] is searched in the PATH of `environment` unless it contains '/'.
    std::vector<std::string> arguments;
    std::vector<std::string> environment;
    UniqueFd image;                        ///< run this file (jail-init) instead of arguments[0]
    ExecUser user{};
    std::string directory = "/";
    Confinement confinement = Confinement::standard;
    bool host_network = false;             ///< NETWORK=host: parted from the host's abstract sockets by other means
    int inherited = -1;                    ///< a descriptor that stays open, the only one above 2
};

/// Environment of every process we start in a jail: PATH, HOME, container=jailctl.
[[nodiscard]] std::vector<std::string> jail_environment();

/// Adds variables; one that is there already is replaced.
void add_environment(JailProgram& program, const std::vector<std::string>& variables);

/// The init of a jail: START_COMMAND, else its /sbin/init, else jail-init, which runs /etc/rc if there is one.
[[nodiscard]] JailProgram choose_init(const Rootfs& root, const Settings& settings);
/// jail-init idles where there is no /etc/rc, and exec and shell are how such a jail is used: a tree
/// without any program is no system, and most likely a wrong directory. @param path  where it is, for the
/// sentence @throws Error not_found
void require_something_to_run(const Rootfs& root, const std::string& path);
/// jail-init running one command as the only work of a jail, and ending with its status.
[[nodiscard]] JailProgram jail_init_for(const std::vector<std::string>& command);

/// The program of a jail could not be run; carries the status a shell would give: 127 not found, 126 not executable.
class CannotRun : public Error {
public:
    CannotRun(int status, const Error& error) : Error(error), status_(status) {}
    [[nodiscard]] int status() const noexcept { return status_; }

private:
    int status_;
};

/// execve into the program. @throws CannotRun
void become(const JailProgram& program);

}  // namespace jailctl::lifecycle
