#pragma once

#include <cstdint>

#include "jailctl/sdk/abi.hpp"
#include "jailctl/sdk/export.hpp"
#include "jailctl/sdk/registrar.hpp"

namespace jailctl {

inline constexpr std::uint32_t manifest_magic = 0x6a61696c;  // "jail"
inline constexpr std::uint16_t sdk_major = 1;
inline constexpr std::uint16_t sdk_minor = 0;

/// What a plugin is made of. Constructed by create, told to register by attach, destroyed before main returns.
class JAILCTL_SDK_EXPORT Plugin {
public:
    virtual ~Plugin();
    /// Registers what the plugin offers, and does nothing else. An exception leaves the plugin out, with all it
    /// registered, and 'jailctl plugins' names the reason.
    virtual void attach(Registrar& host) = 0;
};

/// Plain data, readable before any code of the plugin is called: the only symbol a plugin exports (jailctl_plugin_v1).
struct PluginManifest {
    std::uint32_t magic, size;        ///< size: sizeof(PluginManifest) as the plugin saw it
    std::uint16_t major, minor;       ///< SDK version: equal major, minor no newer than the host's
    AbiFacts abi;
    const char *name, *version, *summary;
    const char* needs;                ///< service ids separated by spaces; plugins that provide them are attached first
    Plugin* (*create)();
    void (*destroy)(Plugin*) noexcept;
};

}  // namespace jailctl

/// The whole entry point of a plugin: JAILCTL_PLUGIN(MyPlugin, "mine", "1.0.0", "what it does", "jail-runtime/1")
#define JAILCTL_PLUGIN(Type, name_, version_, summary_, needs_)                                              \
    extern "C" __attribute__((visibility("default"))) const ::jailctl::PluginManifest jailctl_plugin_v1; \
    extern "C" const ::jailctl::PluginManifest jailctl_plugin_v1 = {                                         \
        ::jailctl::manifest_magic,                                                                           \
        sizeof(::jailctl::PluginManifest),                                                                   \
        ::jailctl::sdk_major,                                                                                \
        ::jailctl::sdk_minor,                                                                                \
        ::jailctl::abi_facts_of_this_build(),                                                                \
        name_,                                                                                               \
        version_,                                                                                            \
        summary_,                                                                                            \
        needs_,                                                                                              \
        []() -> ::jailctl::Plugin* { return new Type; },                                                     \
        [](::jailctl::Plugin* plugin) noexcept { delete plugin; }}
