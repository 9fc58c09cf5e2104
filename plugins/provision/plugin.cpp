#include "jailctl/sdk/plugin.hpp"

#include "jailctl/sdk/events.hpp"
#include "jailctl/sdk/inspection.hpp"
#include "runme.hpp"

namespace jailctl::provision {

namespace {

class ProvisionPlugin final : public Plugin {
public:
    void attach(Registrar& host) override {
        host.declare({"PROVISION_TIMEOUT", "how long runme.sh may run: seconds, or with s, min, h; 0: no limit",
                      "30min", Scope::jail, [](const std::string& value) { (void)parse_seconds(value); }});
        host.on<BeforeCreate>([](const BeforeCreate& event) { require_script_can_run(event.invocation, event.jail); });
        host.on<Provisioning>([](const Provisioning& event) { run_site_script(event); });
        host.on<AddonsInspection>([](const AddonsInspection& addons) {
            Inspection& inspection = addons.inspection;
            inspection.attempt([&] { (void)site_script(inspection.invocation.configuration()); });
        });
    }
};

}  // namespace

}  // namespace jailctl::provision

JAILCTL_PLUGIN(jailctl::provision::ProvisionPlugin, "provision", "1.0.0", "run runme.sh inside a new jail",
               "jail-runtime/1");
