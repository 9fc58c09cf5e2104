#include <algorithm>
#include <fmt/format.h>

#include "builtin/builtin.hpp"
#include "command_line/usage.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::core {
namespace {

/// What a plugin registered, by kind, in words.
struct Registered {
    std::vector<std::string> commands, variables, services, hooks, undo;
    explicit Registered(const Registrations& all) {
        for (const auto& command : all.commands) commands.push_back(command->name);
        for (const auto& variable : all.variables) variables.push_back(variable.name);
        for (const auto& provider : all.providers) services.push_back(provider.service + " (" + provider.name + ")");
        for (const auto& handler : all.handlers)
            if (std::find(hooks.begin(), hooks.end(), handler.event) == hooks.end()) hooks.push_back(handler.event);
        for (const auto& undoer : all.undoers) undo.push_back(undoer.first);
    }
};

Value data_of(const LoadedPlugin& plugin) {
    const Registered all(plugin.registrations);
    Value value = Value::object();
    value.set("name", plugin.name).set("version", plugin.version).set("summary", plugin.summary);
    value.set("file", plugin.file.string()).set("loaded", true);
    value.set("sdk", std::to_string(plugin.sdk_major) + "." + std::to_string(plugin.sdk_minor));
    value.set("needs", Value::array_of(plugin.needs)).set("commands", Value::array_of(all.commands));
    value.set("variables", Value::array_of(all.variables)).set("services", Value::array_of(all.services));
    value.set("hooks", Value::array_of(all.hooks)).set("undo", Value::array_of(all.undo));
    return value;
}

Value data_of(const LeftOut& left) {
    Value value = Value::object();
    value.set("name", left.name).set("file", left.file.string()).set("loaded", false);
    value.set("disabled", left.asked_for).set("reason", left.reason);
    return value.set("hint", left.hint.empty() ? Value{} : Value(left.hint));
}

void list(const Host& host, Invocation& in) {
    const auto& plugins = host.plugins;
    if (host.globals.no_plugins) return in.console().line("No plugins are loaded: --no-plugins was given.");
    if (!plugins.directory_problem.empty())
        throw Error(Errc::failed, "no plugins are loaded: " + plugins.directory_problem)
            .with_hint(plugins.directory_hint);
    std::size_t width = 4;
    for (const auto& plugin : plugins.loaded) width = std::max(width, plugin->name.size());
    for (const auto& left : plugins.left_out) width = std::max(width, left.name.size());
    std::string text = "Plugins in " + escape_name(plugins.directory.string()) + " (!=left out, -=disabled):\n";
    Value data = Value::array();
    for (const auto& plugin : plugins.loaded) {
        text += fmt::format(" {:<{}}  {:<7}  {}\n", plugin->name, width, plugin->version, plugin->summary);
        data.push(data_of(*plugin));
    }
    for (const auto& left : plugins.left_out) {
        text += fmt::format("{}{:<{}}  {}\n", left.asked_for ? '-' : '!', escape_name(left.name), width, left.reason);
        if (!left.hint.empty()) text += fmt::format(" {:<{}}  hint: {}\n", "", width, left.hint);
        data.push(data_of(left));
    }
    for (const auto& problem : host.registry.problems()) text += problem + "\n";
    in.console().line(text);
    in.console().data("directory", plugins.directory.string());
    in.console().data("plugins", std::move(data));
    in.console().data("problems", Value::array_of(host.registry.problems()));
}

void inspect_loaded(const LoadedPlugin& plugin, Invocation& in) {
    const Registered all(plugin.registrations);
    std::string text = plugin.name + " " + plugin.version + ": " + plugin.summary + "\n";
    const auto row = [&text](const char* label, const std::string& what) {
        if (!what.empty()) text += fmt::format("  {:<10} {}\n", label, what);
    };
    row("file", escape_name(plugin.file.string()));
    row("SDK", std::to_string(plugin.sdk_major) + "." + std::to_string(plugin.sdk_minor));
    row("needs", joined(plugin.needs));
    row("commands", joined(all.commands));
    row("variables", joined(all.variables));
    row("services", joined(all.services));
    row("hooks", joined(all.hooks));
    row("undoes", joined(all.undo));
    in.console().line(text);
    in.console().data("plugin", data_of(plugin));
}

void inspect(const Host& host, Invocation& in, const std::string& name) {
    if (const auto* plugin = host.plugins.find(name)) return inspect_loaded(*plugin, in);
    for (const auto& left : host.plugins.left_out)
        if (left.name == name || left.file.stem() == name) {
            in.console().line(left.name + " is left out: " + left.reason + "\n  file       " +
                              escape_name(left.file.string()) +
                              (left.hint.empty() ? "" : "\n  hint       " + left.hint));
            return in.console().data("plugin", data_of(left));
        }
    std::vector<std::string> names;
    for (const auto& plugin : host.plugins.loaded) names.push_back(plugin->name);
    Error error(Errc::not_found, "no plugin '" + escape_name(name) + "' in " + host.plugins.directory.string());
    if (const auto near = nearest(name, names); !near.empty()) error.with_hint("did you mean '" + near + "'?");
    throw error;
}

}  // namespace

std::unique_ptr<Command> plugins_command(const Host& host) {
    auto command = std::make_unique<Command>();
    command->name = "plugins";
    command->summary = "what is loaded, what is left out and why";
    command->words = "[inspect NAME]";
    command->details =
        "'plugins inspect NAME' shows where a plugin comes from and what it registers.\n"
        "Authors of plugins try one with --plugin-dir DIR: an absolute path, checked like the installed\n"
        "directory (root's, not writable by others).";
    command->takes_rest = true;
    command->needs_configuration = false;
    command->run = [&host](Invocation& in) {
        if (in.rest().empty()) return list(host, in);
        if (in.rest().size() != 2 || in.rest().front() != "inspect")
            throw Error(Errc::usage, "'plugins' takes nothing, or 'inspect' and a name");
        inspect(host, in, in.rest().back());
    };
    return command;
}

}  // namespace jailctl::core
