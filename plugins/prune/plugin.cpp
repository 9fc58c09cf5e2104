#include "dellists.hpp"
#include "jailctl/sdk/sdk.hpp"
#include "jailctl/sdk/staged_target.hpp"

namespace jailctl::prune {

namespace {

void remove_from(const BaseInstalled& event, const std::vector<std::string>& paths) {
    StagedTarget base(event.invocation, event.jail, event.staging);
    const Value removed = base.run("prune", Value::object().set("patterns", encode_paths(paths)));
    const auto bytes = static_cast<std::uint64_t>(removed["bytes"].num());
    const auto files = removed["files"].num();
    // Names of files that have others take no room.
    event.invocation.console().info("Pruned " + std::to_string(files) + (files == 1 ? " file" : " files") +
                                    (bytes == 0 ? "" : ", " + human_bytes(bytes)));
    event.invocation.console().data("pruned", Value::object().set("files", removed["files"]).set("bytes", bytes));
}

/// Takes out of a fresh base what the site's dellists name, before anything of the site is in it.
void prune_base(const BaseInstalled& event) {
    const std::vector<std::string> paths = read_dellists(event.invocation.configuration().path("ADDONS"));
    if (paths.empty()) return;
    event.operation.step("remove what the dellists name", [&] { remove_from(event, paths); });
}

/// Before the base is made, which takes its time.
void require_good_lists(Invocation& invocation) {
    (void)read_dellists(invocation.configuration().path("ADDONS"));
}

}  // namespace

class PrunePlugin final : public Plugin {
public:
    void attach(Registrar& host) override {
        host.on<BeforeCreate>([](const BeforeCreate& event) { require_good_lists(event.invocation); });
        host.on<BeforeUpgrade>([](const BeforeUpgrade& event) { require_good_lists(event.invocation); });
        host.on<BaseInstalled>(&prune_base);
        host.on<AddonsInspection>([](const AddonsInspection& addons) {
            Inspection& inspection = addons.inspection;
            const auto directory = inspection.invocation.configuration().path("ADDONS");
            for (const auto& name : dellist_names()) inspection.attempt([&] { (void)read_dellist(directory / name); });
        });
    }
};

}  // namespace jailctl::prune

using jailctl::prune::PrunePlugin;
JAILCTL_PLUGIN(PrunePlugin, "prune", "1.0.0", "remove what the dellists name from a new base", "");
