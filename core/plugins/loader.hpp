#pragma once

#include <boost/dll/shared_library.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "jailctl/sdk/plugin.hpp"
#include "plugins/registrations.hpp"

namespace jailctl::core {

/// A plugin that is attached. Members die bottom-up: registrations, instance, then the (never unmapped) library.
struct LoadedPlugin {
    std::filesystem::path file;
    std::string name, version, summary;
    std::uint16_t sdk_major = 0, sdk_minor = 0;
    std::vector<std::string> needs;
    boost::dll::shared_library library;
    std::unique_ptr<Plugin, void (*)(Plugin*) noexcept> instance{nullptr, nullptr};
    Registrations registrations;
};

/// A file that is not used, and why.
struct LeftOut {
    std::filesystem::path file;
    std::string name;  ///< by its manifest, or the name of the file without ".so"
    std::string reason, hint;
    bool asked_for = false;  ///< PLUGIN_DISABLE or --disable-plugin: nothing to warn about
};

/// All plugins in the order of their needs; destroyed in reverse order.
class PluginSet {
public:
    PluginSet() = default;
    PluginSet(const PluginSet&) = delete;
    PluginSet& operator=(const PluginSet&) = delete;
    ~PluginSet();

    std::filesystem::path directory;
    std::vector<std::unique_ptr<LoadedPlugin>> loaded;
    std::vector<LeftOut> left_out;
    /// Why the directory as a whole was not read; empty if it was.
    std::string directory_problem, directory_hint;

    [[nodiscard]] const LoadedPlugin* find(std::string_view name) const noexcept;
};

/// Checks, loads and attaches every "*.so" of `directory` into `set` and orders them by their needs
/// (security.md 8). A plugin that fails in any way is left out with the reason. Names in `disabled` (plugin or
/// file) are not opened, or not attached.
void load_plugins(PluginSet& set, const std::filesystem::path& directory, const std::vector<std::string>& disabled);

}  // namespace jailctl::core
