#pragma once

#include <optional>
#include <vector>

#include "command_line/global_options.hpp"
#include "config/config.hpp"
#include "log.hpp"
#include "plugins/loader.hpp"
#include "registry/registry.hpp"

namespace jailctl::core {

/// What is known once the line is split, the configuration read and the plugins attached. Members die bottom-up: the
/// registry, which points into the plugins, before them.
struct Host {
    Globals globals;
    Log log;
    std::optional<config::Draft> draft;     ///< nothing for commands that do not look at the configuration
    PluginSet plugins;
    Registry registry;
    config::Resolution resolution;          ///< of the draft, once the variables are known

    [[nodiscard]] const Configuration& configuration() const noexcept { return resolution.configuration; }
};

}  // namespace jailctl::core
