// The command `set`: limits of a jail, at once and for good.
#include <algorithm>
#include <cctype>
#include <functional>

#include "commands.hpp"
#include "jail_file.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/services/jail_runtime.hpp"
#include "jailctl/sdk/text.hpp"
#include "platform.hpp"
#include "settings.hpp"

namespace jailctl::lifecycle {
namespace {

const std::vector<std::pair<std::string, std::function<void(std::string_view)>>>& limits() {
    static const std::vector<std::pair<std::string, std::function<void(std::string_view)>>> all{
        {"MEMORY", [](std::string_view text) { (void)parse_memory(text); }},
        {"CPUS", [](std::string_view text) { (void)parse_cpus(text); }},
        {"PIDS", [](std::string_view text) { (void)parse_pids(text); }},
        {"IO_WEIGHT", [](std::string_view text) { (void)parse_io_weight(text); }},
        {"RATE", check_rate}};
    return all;
}

/// @param there  the variables there are
[[noreturn]] void refuse_variable(const std::string& name, const Settings& there) {
    const std::string those = "MEMORY, CPUS, PIDS, IO_WEIGHT and RATE";
    if (there.all().contains(name))
        throw Error(Errc::usage, "'" + escape_name(name) + "' cannot be changed by 'set', only " + those + " can")
            .with_hint("write others into jails.conf, or those of one jail into jails.d, and restart the jail");
    std::vector<std::string> names;
    for (const auto& [limit, check] : limits()) names.push_back(limit);
    std::string upper = name;
    std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    const auto near = nearest(upper, names);
    throw Error(Errc::usage, "there is no variable '" + escape_name(name) + "'")
        .with_hint(near.empty() ? "'set' changes " + those : "did you mean '" + near + "'?");
}

std::pair<std::string, std::string> parse_assignment(const std::string& word, const Settings& there) {
    const auto equals = word.find('=');
    if (equals == std::string::npos)
        throw Error(Errc::usage, "'" + escape_name(word) + "' is no NAME=VALUE")
            .with_hint("jailctl set JAIL MEMORY=512M");
    std::string name = word.substr(0, equals), value = word.substr(equals + 1);
    const auto known = std::find_if(limits().begin(), limits().end(),
                                    [&](const auto& limit) { return limit.first == name; });
    if (known == limits().end()) refuse_variable(name, there);
    if (value.empty()) value = "none";
    try {
        if (value != "none") known->second(value);
    } catch (const Error& error) {
        throw Error(Errc::usage, name + ": " + error.what());
    }
    return {std::move(name), std::move(value)};
}

Assignments parse_assignments(const std::vector<std::string>& words, const Settings& there) {
    if (words.empty()) throw Error(Errc::usage, "nothing to set was given").with_hint("jailctl set JAIL MEMORY=512M");
    Assignments assignments;
    for (const auto& word : words) {
        auto one = parse_assignment(word, there);
        std::erase_if(assignments, [&](const auto& other) { return other.first == one.first; });
        assignments.push_back(std::move(one));
    }
    return assignments;
}

std::string text_of(const Assignments& assignments) {
    std::string text;
    for (const auto& [name, value] : assignments) text += (text.empty() ? "" : " ") + name + "=" + value;
    return text;
}

Jail with(Jail jail, const Assignments& assignments) {
    for (const auto& [name, value] : assignments) jail.settings.set(name, {value, {}, true});
    return jail;
}

std::vector<std::string> names_of(const Assignments& assignments) {
    std::vector<std::string> names;
    for (const auto& [name, value] : assignments) names.push_back(name);
    return names;
}

/// What the configuration says, which the jail goes on with. An error here must not hide the one that led here.
void change_back(Invocation& invocation, const Jail& jail, const std::vector<std::string>& names) noexcept {
    try {
        change_limits(invocation, jail, names);
    } catch (const std::exception& error) {
        invocation.console().warn(jail.name.text() +
                                  " goes on with the new limits: the old ones cannot be set again: " + error.what());
    }
}

/// The file comes last: what it says is in force, and if it cannot be written the jail goes on as before.
void apply(Invocation& invocation, const Jail& jail, const Assignments& assignments, bool running) {
    const auto names = names_of(assignments);
    if (running) change_limits(invocation, with(jail, assignments), names);
    try {
        write_jail_file(invocation.configuration(), jail, assignments);
    } catch (const Error&) {
        if (running) change_back(invocation, jail, names);
        throw;
    }
}

void set(Invocation& invocation, const Jail& jail) {
    const Assignments assignments = parse_assignments(invocation.rest(), jail.settings);
    const auto running = invocation.services().get<JailRuntime>().find(invocation.configuration(), jail.name);
    if (running && running->copy) require_up(invocation.configuration(), jail);
    const std::string file = invocation.configuration().settings_file(jail.name).string();
    const std::string what = text_of(assignments) + (running ? " at once, and" : "") + " in " + file;
    Console& console = invocation.console();
    require_limits(with(jail, assignments), names_of(assignments));
    require_writable_jail_file(invocation.configuration(), jail.name);
    if (invocation.options().dry_run) {
        if (running) rehearse_limits(invocation, with(jail, assignments), names_of(assignments));
        return console.line("would set " + what);
    }
    apply(invocation, jail, assignments, running.has_value());
    console.info(jail.name.text() + ": " + what);
    Value values = Value::object();
    for (const auto& [name, value] : assignments) values.set(name, value);
    console.data("set", std::move(values));
    console.data("running", running.has_value());
    console.data("file", file);
}

}  // namespace

void add_set(Registrar& host) {
    Command command;
    command.name = "set";
    command.summary = "change limits of a jail, at once and for good";
    command.words = "JAIL NAME=VALUE...";
    command.details = "NAME is MEMORY, CPUS, PIDS, IO_WEIGHT or RATE; 'none' lifts a limit. A running jail gets it at "
                      "once; jails.d/JAIL.conf gets it for later starts. A limit that cannot be set leaves all as it "
                      "was.";
    command.targets = Targets::one;
    command.takes_rest = true;
    command.effect = Effect::changes;
    command.run_jail = [](Invocation& invocation, const Jail& jail) {
        set(invocation, jail);
        return Outcome::done();
    };
    host.add(std::move(command));
}

}  // namespace jailctl::lifecycle
