#include "registry/services.hpp"

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::core {
namespace {

/// "network/1" is preferred under that name or as "network".
const std::string* preferred(const Preferences& prefer, std::string_view id) {
    auto found = prefer.find(id);
    if (found == prefer.end()) found = prefer.find(id.substr(0, id.find('/')));
    return found == prefer.end() ? nullptr : &found->second;
}

}  // namespace

std::vector<std::string> Services::providers(std::string_view service) const {
    std::vector<std::string> names;
    for (const auto& provider : registry_.providers(service)) names.push_back(provider.name);
    return names;
}

bool Services::has(std::string_view service) const { return !registry_.providers(service).empty(); }

Service& Services::find(std::string_view id, std::string_view provider) {
    const auto& all = registry_.providers(id);
    if (all.empty())
        throw Error(Errc::config, "no plugin provides the service " + std::string(id))
            .with_hint("see 'jailctl plugins' for what is loaded and what is left out");
    if (provider.empty()) {
        if (all.size() == 1) return *all.front().service;
        if (const auto* choice = preferred(registry_.preferences(), id))
            for (const auto& candidate : all)
                if (candidate.name == *choice || candidate.plugin == *choice) return *candidate.service;
        throw Error(Errc::config,
                    "several plugins provide the service " + std::string(id) + ": " + joined(providers(id)))
            .with_hint("set PLUGIN_PREFER=\"" + std::string(id) + ":NAME\"");
    }
    for (const auto& candidate : all)
        if (candidate.name == provider) return *candidate.service;
    Error error(Errc::config, "no provider '" + std::string(provider) + "' of the service " + std::string(id) +
                                  ", there is " + joined(providers(id)));
    if (const auto near = nearest(provider, providers(id)); !near.empty())
        error.with_hint("did you mean '" + near + "'?");
    throw error;
}

}  // namespace jailctl::core
