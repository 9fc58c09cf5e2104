#include "plugins/loader.hpp"

#include <algorithm>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/text.hpp"
#include "plugins/desk.hpp"
#include "plugins/elf.hpp"
#include "plugins/guard.hpp"
#include "plugins/manifest.hpp"
#include "plugins/order.hpp"

namespace jailctl::core {
namespace {

namespace dll = boost::dll;
namespace fs = std::filesystem;
constexpr const char* manifest_symbol = "jailctl_plugin_v1";

std::vector<std::string> plugin_files(int directory) {
    std::vector<std::string> names = list_directory(directory, "the plugin directory");
    std::erase_if(names, [](const std::string& name) {
        return name.size() <= 3 || !name.ends_with(".so") || name.front() == '.';
    });
    return names;
}

/// Opened without following a link and checked on the descriptor: regular, root's (or the
/// caller's), written by no other.
UniqueFd open_plugin(int directory, const std::string& name) {
    UniqueFd fd(::openat(directory, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!fd && (errno == ELOOP || errno == EMLINK)) throw Error(Errc::denied, "a symbolic link, which is not followed");
    if (!fd) throw_errno("cannot open it");
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0) throw_errno("cannot look at it");
    if (!S_ISREG(status.st_mode)) throw Error(Errc::denied, "not a regular file");
    if (status.st_uid != 0 && status.st_uid != ::getuid())
        throw Error(Errc::denied, "it belongs to uid " + std::to_string(status.st_uid) + " instead of root")
            .with_hint("chown root, if you trust it");
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        throw Error(Errc::denied, "it can be written by others than its owner")
            .with_hint("chmod go-w, if you trust it");
    return fd;
}

/// What the dynamic loader said, without Boost's words and the meaningless error code around it.
std::string loader_text(const std::string& what) {
    static const std::string before = "dlerror system message: ";
    const auto start = what.find(before);
    if (start == std::string::npos) return what;
    const auto end = what.rfind("): ");
    return what.substr(start + before.size(), end == std::string::npos ? end : end - start - before.size());
}

dll::shared_library open_library(const fs::path& file) {
    // Nodelete has no name in Boost.DLL: closing a plugin is a lottery (ADR 2), so none is ever unmapped.
    const auto mode = static_cast<dll::load_mode::type>(dll::load_mode::rtld_now | dll::load_mode::rtld_local |
                                                        static_cast<dll::load_mode::type>(RTLD_NODELETE));
    try {
        dll::shared_library library(file, mode);
        if (!library.has(manifest_symbol))
            throw Error(Errc::invalid, std::string("no jailctl plugin: it has no ") + manifest_symbol);
        return library;
    } catch (const Error&) {
        throw;
    } catch (const std::exception& error) {
        throw Error(Errc::invalid, "the dynamic loader refuses it: " + loader_text(error.what()));
    }
}

std::vector<std::string> words(const char* text) {
    return text == nullptr ? std::vector<std::string>{} : split_words(text);
}

void describe(LoadedPlugin& plugin, const PluginManifest& manifest) {
    plugin.name = manifest.name;
    plugin.version = manifest.version;
    plugin.summary = manifest.summary;
    plugin.sdk_major = manifest.major;
    plugin.sdk_minor = manifest.minor;
    plugin.needs = words(manifest.needs);
}

void instantiate(LoadedPlugin& plugin, const PluginManifest& manifest) {
    plugin.instance = {in_context("create", [&] { return guarded(plugin.name, manifest.create); }), manifest.destroy};
    if (!plugin.instance) throw Error(Errc::internal, "create made nothing");
    Desk desk(plugin.registrations);
    in_context("attach", [&] { guarded(plugin.name, [&] { plugin.instance->attach(desk); }); });
}

class Loading {
public:
    Loading(PluginSet& set, const std::vector<std::string>& disabled) : set_(set), disabled_(disabled) {}

    void file(int directory, const std::string& file_name) {
        const fs::path path = set_.directory / file_name;
        std::string name = path.stem().string();
        if (is_disabled(name)) return leave_out_on_request(path, name);
        try {
            const UniqueFd fd = open_plugin(directory, file_name);
            require_loadable_elf(fd.get());
            auto plugin = std::make_unique<LoadedPlugin>();
            plugin->file = path;
            plugin->library = open_library(path);
            const auto& manifest = plugin->library.get<const PluginManifest>(manifest_symbol);
            require_compatible(manifest);
            describe(*plugin, manifest);
            name = plugin->name;
            if (is_disabled(name)) return leave_out_on_request(path, name);
            if (const auto* other = set_.find(name))
                throw Error(Errc::exists, "a plugin of that name was loaded from " + other->file.string());
            instantiate(*plugin, manifest);
            set_.loaded.push_back(std::move(plugin));
        } catch (const Error& error) {
            set_.left_out.push_back({path, name, error.what(), error.hint(), false});
        }
    }

    /// Puts `loaded` into the order of needs and leaves out those whose needs are not met.
    void order() {
        std::vector<Node> nodes;
        for (const auto& plugin : set_.loaded) {
            Node node{plugin->name, plugin->needs, {}};
            for (const auto& provider : plugin->registrations.providers) node.provides.push_back(provider.service);
            nodes.push_back(std::move(node));
        }
        const Order order = order_by_needs(nodes);
        for (const auto& rejected : order.rejected) {
            const auto& plugin = *set_.loaded[rejected.index];
            set_.left_out.push_back({plugin.file, plugin.name, rejected.reason, {}, false});
        }
        std::vector<std::unique_ptr<LoadedPlugin>> sorted;
        for (const auto index : order.sorted) sorted.push_back(std::move(set_.loaded[index]));
        set_.loaded = std::move(sorted);
    }

private:
    bool is_disabled(const std::string& name) const {
        return std::find(disabled_.begin(), disabled_.end(), name) != disabled_.end();
    }
    void leave_out_on_request(const fs::path& path, const std::string& name) {
        set_.left_out.push_back({path, name, "disabled by PLUGIN_DISABLE or --disable-plugin", {}, true});
    }

    PluginSet& set_;
    const std::vector<std::string>& disabled_;
};

}  // namespace

PluginSet::~PluginSet() {
    while (!loaded.empty()) loaded.pop_back();
}

const LoadedPlugin* PluginSet::find(std::string_view name) const noexcept {
    for (const auto& plugin : loaded)
        if (plugin->name == name) return plugin.get();
    return nullptr;
}

void load_plugins(PluginSet& set, const fs::path& directory, const std::vector<std::string>& disabled) {
    set.directory = directory;
    try {
        const UniqueFd fd = open_trusted_directory(directory, Trust::root_or_caller);
        Loading loading(set, disabled);
        for (const auto& name : plugin_files(fd.get())) loading.file(fd.get(), name);
        loading.order();
    } catch (const Error& error) {
        set.directory_problem = error.what();
        set.directory_hint = error.hint();
    }
}

}  // namespace jailctl::core
