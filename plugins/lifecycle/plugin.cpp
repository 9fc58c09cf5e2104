#include "jailctl/sdk/plugin.hpp"

#include "commands.hpp"
#include "hosts.hpp"
#include "platform.hpp"
#include "settings.hpp"

namespace jailctl::lifecycle {

class LifecyclePlugin final : public Plugin {
public:
    void attach(Registrar& host) override {
        declare_variables(host);
        register_platform(host);
        register_hosts_undo(host);
        add_status(host);
        add_top(host);
        add_logs(host);
        add_set(host);
        add_doctor(host);
        add_cp(host);
        add_start(host);
        add_stop(host);
        add_restart(host);
        add_exec(host);
        add_shell(host);
        add_freeze_and_thaw(host);
    }
};

}  // namespace jailctl::lifecycle

JAILCTL_PLUGIN(jailctl::lifecycle::LifecyclePlugin, "lifecycle", "1.0.0", "start, stop and look at jails", "");
