#pragma once

#include "jailctl/sdk/plugin.hpp"

namespace jailctl::core {

/// The handshake: magic, size, SDK version, ABI facts. Every fact that differs is named with both values, before
/// anything but the plain numbers of the manifest was looked at. @throws Error invalid, unsupported
void require_compatible(const PluginManifest& manifest);

}  // namespace jailctl::core
