#pragma once

#include <optional>
#include <string>

#include "jailctl/sdk/error.hpp"
#include "plugins/loader.hpp"

namespace jailctl::core {

/// Nothing if a plugin of that name was loaded or left out, or a file of it; else a sentence, with the nearest name as
/// its hint. @pre the directory was read
[[nodiscard]] std::optional<Error> unknown_plugin(const PluginSet& plugins, const std::string& name);

}  // namespace jailctl::core
