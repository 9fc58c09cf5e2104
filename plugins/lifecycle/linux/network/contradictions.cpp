#include "contradictions.hpp"

#include <array>

#include "network_setting.hpp"

namespace jailctl::lifecycle {

namespace {

constexpr std::array<std::string_view, 5> all_variables{"NAT", "FORWARD", "GATEWAY", "RATE", "CAPABILITIES"};

bool says_nothing(std::string_view variable, const std::string& value) {
    if (value.empty() || value == "none" || (variable == "CAPABILITIES" && value != "system")) return true;
    return variable == "NAT" && !parse_yes_no(value);
}

bool clashes(std::string_view kind, std::string_view variable) {
    if (variable == "CAPABILITIES") return kind == "host";  // the stack it needs is not there
    if (kind == "routed") return variable == "GATEWAY";
    if (kind == "bridge") return variable == "NAT" || variable == "FORWARD";
    return true;
}

std::string reason(const Jail& jail, std::string_view kind) {
    const auto name = "jail " + jail.name.text();
    if (kind == "none") return name + " has no network (NETWORK=none)";
    if (kind == "host") return name + " uses the network of the host (NETWORK=host)";
    if (kind == "routed") return "the gateway of " + name + " is the host (NETWORK=routed)";
    return name + " is on bridge " + network_setting_of(jail).bridge + ", not behind the host";
}

}  // namespace

std::optional<Error> contradiction(const Jail& jail, std::string_view kind, std::string_view variable, bool where) {
    const auto& setting = jail.settings[variable];
    if (!clashes(kind, variable) || says_nothing(variable, setting.text)) return std::nullopt;
    if (variable == "CAPABILITIES")
        return Error(Errc::config, "jail " + jail.name.text() +
                                       " has CAPABILITIES=system, which is a network stack of its own, "
                                       "and NETWORK=host, which is none")
            .with_hint("NETWORK=routed or bridge:NAME, or CAPABILITIES=default");
    const std::string name(variable);
    return Error(Errc::config,
                 name + (where ? " (" + setting.origin.text() + ")" : "") + " leads nowhere: " + reason(jail, kind))
        .with_hint((variable == "GATEWAY" ? "NETWORK=bridge:NAME" : "NETWORK=routed") + (", or no " + name) +
                   " for this jail");
}

void require_no_contradiction(const Jail& jail, std::string_view kind) {
    for (const auto variable : all_variables)
        if (const auto error = contradiction(jail, kind, variable, true)) throw *error;
}

void inspect_beside_network(Inspection& inspection, std::string_view variable) {
    if (inspection.jail == nullptr) return;  // another NETWORK may stand in jails.d
    if (auto error = contradiction(*inspection.jail, network_setting_of(*inspection.jail).kind, variable, false))
        inspection.refuse(std::move(*error));
}

}  // namespace jailctl::lifecycle
