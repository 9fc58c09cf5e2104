#pragma once

/// A host in one object, for tests of plugins and service providers: configuration from a map, console that collects,
/// registries that remember, and the one thing a fake cannot invent: loading a real plugin's .so.
#include <dlfcn.h>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "jailctl/sdk/sdk.hpp"

namespace jailctl::test {

/// Collects what would be printed. Questions cannot be asked.
class FakeConsole final : public Console {
public:
    std::vector<std::string> lines, infos, warnings, errors;
    std::map<std::string, Value, std::less<>> members;

    void clear() override {}
    void line(std::string_view text) override { lines.emplace_back(text); }
    void info(std::string_view text) override { infos.emplace_back(text); }
    void verbose(std::string_view) override {}
    void warn(std::string_view text) override { warnings.emplace_back(text); }
    void error(const Error& error) override { errors.emplace_back(error.what()); }
    int raw_output() override { return 1; }
    std::unique_ptr<Progress> progress(std::string_view, std::uint64_t) override { return std::make_unique<Silent>(); }
    std::unique_ptr<Progress> waiting(std::string_view) override { return std::make_unique<Silent>(); }
    bool can_ask() const override { return false; }
    bool confirm(std::string_view) override { throw Error(Errc::usage, "cannot ask"); }
    std::string ask_secret(std::string_view) override { throw Error(Errc::usage, "cannot ask"); }
    void data(std::string_view key, Value value) override { members[std::string(key)] = std::move(value); }
    bool json() const override { return false; }

private:
    struct Silent final : Progress {
        void update(std::uint64_t) override {}
    };
};

/// Registers like the host's desk and is the Invocation at the same time.
class FakeHost : public Invocation, public Registrar, public HookBus, public ServiceDirectory, public UndoDirectory {
public:
    FakeConsole fake_console;
    Configuration fake_configuration;
    GlobalOptions fake_options;
    std::vector<Jail> fake_jails;
    std::vector<std::string> omissions;
    std::vector<Command> commands;
    std::vector<Variable> variables;

    ~FakeHost() override {
        services_.clear();
        while (!plugins_.empty()) plugins_.pop_back();
    }

    /// Loads a plugin as the host does, without the host's checks, and lets it register here. It stays mapped.
    void load(const std::string& file) {
        void* library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
        if (library == nullptr) throw std::runtime_error(::dlerror());
        const auto* manifest = static_cast<const PluginManifest*>(::dlsym(library, "jailctl_plugin_v1"));
        if (manifest == nullptr) throw std::runtime_error(file + " has no manifest");
        plugins_.emplace_back(manifest->create(), manifest->destroy);
        plugins_.back()->attach(*this);
        // Defaults apply as in the host, so a jail's settings read the same.
        for (const auto& variable : variables)
            if (!fake_configuration.settings[variable.name].is_set)
                fake_configuration.settings.set(variable.name, {variable.default_text, {}, false});
    }
    /// Puts a service of the test's own in the place of a plugin's.
    template <class S>
    void offer(std::string provider, std::unique_ptr<S> service) {
        provide<S>(std::move(provider), std::move(service));
    }

    Console& console() override { return fake_console; }
    const Configuration& configuration() const override { return fake_configuration; }
    const GlobalOptions& options() const override { return fake_options; }
    HookBus& hooks() override { return *this; }
    ServiceDirectory& services() override { return *this; }
    const UndoDirectory& undoers() const override { return *this; }
    const std::vector<Jail>& jails() const override { return fake_jails; }
    bool all() const override { return false; }
    const std::optional<std::string>& path() const override { return path_; }
    const std::vector<std::string>& rest() const override { return rest_; }
    void omission(const std::string& sentence) override { omissions.push_back(sentence); }
    void log(std::string_view) override {}
    void set_exit_status(int) override {}

    void add(Command command) override { commands.push_back(std::move(command)); }
    void declare(Variable variable) override { variables.push_back(std::move(variable)); }
    void undoer(std::string kind, Undoer undoer) override { undoers_[std::move(kind)] = std::move(undoer); }
    const Undoer* find(std::string_view kind) const override {
        const auto at = undoers_.find(kind);
        return at == undoers_.end() ? nullptr : &at->second;
    }
    std::vector<std::string> providers(std::string_view service) const override {
        std::vector<std::string> names;
        for (const auto& [key, value] : services_)
            if (key.first == service) names.push_back(key.second);
        return names;
    }
    bool has(std::string_view service) const override { return !providers(service).empty(); }

private:
    void subscribe(std::string_view event_id, ErasedHandler handler) override {
        handlers_[std::string(event_id)].push_back(std::move(handler));
    }
    void add_service(std::string_view id, std::string provider, std::unique_ptr<Service> service) override {
        services_[{std::string(id), std::move(provider)}] = std::move(service);
    }
    /// The host's rule: a before-handler that fails vetoes, an after-handler that fails is reported.
    Leases publish(std::string_view id, OnFailure on_failure, const void* event) override {
        Leases leases;
        for (const auto& handler : handlers_[std::string(id)]) {
            try {
                leases.add(handler(event));
            } catch (const Error& error) {
                if (on_failure == OnFailure::report) fake_console.error(error);
                else if (error.code() == Errc::interrupted) throw;
                else throw Error(Errc::vetoed, error.what()).with_hint(error.hint());
            }
        }
        return leases;
    }
    Service& find(std::string_view id, std::string_view provider) override {
        for (auto& [key, service] : services_)
            if (key.first == id && (provider.empty() || key.second == provider)) return *service;
        throw Error(Errc::config, "no provider '" + std::string(provider) + "' of " + std::string(id));
    }

    std::optional<std::string> path_;
    std::vector<std::string> rest_;
    std::vector<std::unique_ptr<Plugin, void (*)(Plugin*) noexcept>> plugins_;
    std::map<std::pair<std::string, std::string>, std::unique_ptr<Service>> services_;
    std::map<std::string, std::vector<ErasedHandler>, std::less<>> handlers_;
    std::map<std::string, Undoer, std::less<>> undoers_;
};

}  // namespace jailctl::test
