#include "plugins/names.hpp"

#include <algorithm>

#include "jailctl/sdk/text.hpp"

namespace jailctl::core {

std::optional<Error> unknown_plugin(const PluginSet& plugins, const std::string& name) {
    std::vector<std::string> names;
    for (const auto& plugin : plugins.loaded) names.insert(names.end(), {plugin->name, plugin->file.stem().string()});
    for (const auto& left : plugins.left_out) names.insert(names.end(), {left.name, left.file.stem().string()});
    if (std::find(names.begin(), names.end(), name) != names.end()) return std::nullopt;
    Error error(Errc::not_found,
                "there is no plugin '" + escape_name(name) + "' in " + escape_name(plugins.directory.string()));
    const auto near = nearest(name, names);
    return error.with_hint(near.empty() ? "'jailctl plugins' lists them" : "did you mean '" + near + "'?");
}

}  // namespace jailctl::core
