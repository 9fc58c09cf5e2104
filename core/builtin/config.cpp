#include "builtin/builtin.hpp"
#include "command_line/targets.hpp"

#include <unistd.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "jailctl/sdk/text.hpp"

namespace jailctl::core {
namespace {

/// Plugins look at what their variables name; one that fails at it is named.
std::vector<config::Diagnostic> inspect(const Host& host, Invocation& in) {
    auto variables = host.registry.variables();
    for (auto& own : own_inspections(host)) variables.push_back(std::move(own));
    try {
        return config::inspect(*host.draft, in, variables, ::geteuid() == 0);
    } catch (const std::exception& error) {
        return {{config::Severity::error, {host.configuration().file.string(), 0, 0},
                 std::string("what the values name could not be looked at: ") + error.what(), {}, {}, {}}};
    }
}

/// Files as they were met, what stands in each from the top down: so it is mended.
void sort_as_written(std::vector<config::Diagnostic>& diagnostics) {
    std::map<std::string, std::size_t> met;
    for (const auto& diagnostic : diagnostics) met.try_emplace(diagnostic.origin.file, met.size());
    const auto place = [&](const config::Diagnostic& one) {
        return std::tuple(met.at(one.origin.file), one.origin.line, one.origin.column);
    };
    std::stable_sort(diagnostics.begin(), diagnostics.end(),
                     [&](const auto& a, const auto& b) { return place(a) < place(b); });
}

void check(const Host& host, Invocation& in) {
    auto diagnostics = host.resolution.diagnostics;
    for (auto& found : inspect(host, in)) diagnostics.push_back(std::move(found));
    sort_as_written(diagnostics);
    Value data = Value::array();
    for (const auto& diagnostic : diagnostics) {
        data.push(diagnostic.data());
        if (in.console().json() && diagnostic.severity == config::Severity::error)
            in.console().error(config::as_error({diagnostic}));
        else
            in.console().line(diagnostic.text());
    }
    in.console().data("diagnostics", std::move(data));
    if (config::failed(diagnostics)) return in.set_exit_status(2);
    in.console().line(config::ok_line(host.configuration(), diagnostics.size()));
}

void show(const Host& host, Invocation& in) {
    if (::geteuid() != 0) throw Error(Errc::denied, "jailctl config show needs root");
    if (!host.resolution.usable()) throw config::as_error(config::concerning(host.resolution.diagnostics, {}));
    const Jail* jail = nullptr;
    if (in.rest().size() == 2) {
        const auto& word = in.rest().back();
        for (const auto& one : host.configuration().jails)
            if (one.name.text() == word) jail = &one;
        if (jail == nullptr) {
            Error error(Errc::usage, "no jail '" + escape_name(word) + "' in " + host.configuration().file.string());
            throw error.with_hint(hint_at_jail(host.configuration(), word));
        }
        require_no_mistake(*jail);
    }
    for (const auto& line : config::show(host.configuration(), jail)) in.console().line(line);
    const Value data = config::show_data(host.configuration(), jail);
    for (const auto& [key, value] : data.members()) in.console().data(key, value);
}

}  // namespace

std::unique_ptr<Command> config_command(const Host& host) {
    auto command = std::make_unique<Command>();
    command->name = "config";
    command->summary = "check jails.conf, or show what is in effect and where it was written";
    command->words = "check | show [JAIL]";
    command->takes_rest = true;
    command->needs_root = false;  // check is for everybody who can read the file; show says so itself
    command->needs_configuration = false;
    command->run = [&host](Invocation& in) {
        const auto& rest = in.rest();
        if (rest.size() == 1 && rest.front() == "check") return check(host, in);
        if (!rest.empty() && rest.front() == "show" && rest.size() <= 2) return show(host, in);
        throw Error(Errc::usage, "'config' takes 'check', or 'show' and at most one jail");
    };
    return command;
}

}  // namespace jailctl::core
