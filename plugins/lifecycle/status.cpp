#include <algorithm>
#include <cctype>

#include <boost/program_options/value_semantic.hpp>

#include "commands.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/events.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/operation.hpp"
#include "jailctl/sdk/recovery.hpp"
#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/text.hpp"
#include "status.hpp"

namespace po = boost::program_options;

namespace jailctl::lifecycle {
namespace {

std::string addresses_of(const Jail& jail) {
    std::string text;
    for (const auto& address : jail.addresses) text += (text.empty() ? "" : ", ") + address.text();
    return text;
}

/// A jail that does not run: created, not created, or neither.
void look_at_root(const Configuration& configuration, const Jail& jail, JailStatus& status) {
    switch (root_state(jail.root)) {
    case RootState::present: status.mark = ' '; break;
    case RootState::absent:
    case RootState::empty: status.mark = '!'; break;
    case RootState::not_a_directory:
        status.mark = '?';
        status.problem = jail.root.string() + " is not a directory";
        break;
    }
    if (const auto left = interrupted_command(configuration, jail.name); !left.empty()) {
        status.mark = '?';
        status.problem = left;
    }
}

/// An entry that was renamed in JAILS while its jail runs: the root is in use under the old name.
void look_for_occupant(const RunningJails& running, const Jail& jail, JailStatus& status) {
    for (const auto& [key, other] : running) {
        if (other.root != jail.root) continue;
        status.occupant = other.name;
        status.problem = "jail " + other.name + " runs from its root " + jail.root.string();
    }
}

}  // namespace

RunningJails running_jails(const Configuration& configuration, const JailRuntime& runtime) {
    RunningJails jails;
    for (auto& running : runtime.list(configuration)) {
        std::string key = running.name;
        std::transform(key.begin(), key.end(), key.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        jails.emplace(std::move(key), std::move(running));
    }
    return jails;
}

JailStatus look_at(const Configuration& configuration, const RunningJails& running, const Jail& jail) {
    JailStatus status{jail.name.text(), addresses_of(jail), jail.root.string(), {}, ' ', {}};
    try {
        const auto found = running.find(jail.name.key());
        if (found == running.end()) {
            look_at_root(configuration, jail, status);
            look_for_occupant(running, jail, status);
        } else {
            status.running = found->second;
            status.problem = status.running->problem;
            status.mark = status.running->frozen ? '~' : '*';
        }
    } catch (const Error& error) {
        status.problem = error.what();
    }
    if (!status.problem.empty()) status.mark = '?';
    return status;
}

std::vector<JailStatus> look_for_strangers(const Configuration& configuration, const RunningJails& running) {
    std::vector<JailStatus> strangers;
    for (const auto& [key, jail] : running) {
        const auto same = [&key = key](const Jail& listed) { return listed.name.key() == key; };
        if (std::any_of(configuration.jails.begin(), configuration.jails.end(), same)) continue;
        const std::string problem = jail.problem.empty() ? "runs, but is not in JAILS" : jail.problem;
        strangers.push_back({jail.name, "", jail.root.string(), jail, '?', problem});
    }
    for (const auto& stray : stray_journals(configuration)) {
        if (running.contains(stray.name)) continue;
        strangers.push_back({stray.name, "", "", {}, '?', stray.problem + ", and it is not in JAILS: put its entry back, "
                             "then 'jailctl delete " + stray.name + "' removes what is left"});
    }
    return strangers;
}

namespace {

std::string_view state_name(char mark) {
    switch (mark) {
    case '*': return "running";
    case '~': return "frozen";
    case ' ': return "stopped";
    case '!': return "not configured";
    default: return "broken";
    }
}

void add_usage(Value& data, std::string& line, const JailUsage& usage, std::int64_t uptime) {
    line += "  up " + human_seconds(static_cast<double>(uptime));
    if (usage.tasks >= 0) line += "  tasks " + std::to_string(usage.tasks);
    if (usage.memory >= 0) line += "  memory " + human_bytes(static_cast<std::uint64_t>(usage.memory));
    if (usage.cpu_seconds >= 0) line += "  cpu " + human_seconds(usage.cpu_seconds);
    data.set("uptime", uptime);
    if (usage.tasks >= 0) data.set("tasks", usage.tasks);
    if (usage.memory >= 0) data.set("memory", usage.memory);
    if (usage.cpu_seconds >= 0) data.set("cpu", usage.cpu_seconds);
}

/// Prints one line and gives the object for --json.
Value show(Invocation& invocation, const JailStatus& status, bool wide) {
    std::string line = std::string(1, status.mark) + status.name;
    if (!status.addresses.empty()) line += " (" + status.addresses + ")";
    Value data = Value::object();
    Value addresses = Value::array();
    for (const auto& word : split_words(status.addresses))
        addresses.push(word.ends_with(',') ? word.substr(0, word.size() - 1) : word);
    data.set("name", status.name).set("state", state_name(status.mark)).set("root", status.root).set("addresses", addresses);
    if (status.running && status.running->id > 0) {
        data.set("id", status.running->id).set("started", status.running->started);
        if (wide) {
            line += "  id " + std::to_string(status.running->id);
            add_usage(data, line, usage_of(invocation.configuration(), JailName(status.name)),
                      std::max<std::int64_t>(0, unix_now() - status.running->started));
        }
    }
    if (!status.problem.empty()) data.set("problem", status.problem);
    if (!status.occupant.empty()) data.set("occupied_by", status.occupant);
    invocation.console().line(line);
    if (!status.problem.empty()) invocation.console().line("    " + status.name + ": " + status.problem);
    return data;
}

/// One jail with its events. @return nothing if a before-hook said no: its line is hidden
std::optional<Value> report(Invocation& invocation, const RunningJails& running, const Jail& jail, bool wide) {
    const JailStatus status = look_at(invocation.configuration(), running, jail);
    const int id = status.running ? status.running->id : 0;
    try {
        const Leases leases = invocation.hooks().fire(BeforeStatus{{invocation, jail, id}});
        Value data = show(invocation, status, wide);
        [[maybe_unused]] const Leases after = invocation.hooks().fire(AfterStatus{{{invocation, jail, id}, nullptr}});
        return data;
    } catch (Error& error) {
        if (error.code() == Errc::interrupted) throw;
        invocation.console().error(error.add_context(jail.name.text()).with_jail(jail.name.text()));
        return std::nullopt;
    }
}

void run_status(Invocation& invocation, bool wide) {
    const RunningJails running = running_jails(invocation.configuration(), invocation.services().get<JailRuntime>());
    invocation.console().line("Jail status (*=running, !=not configured):");
    Value jails = Value::array();
    std::size_t hidden = 0;
    for (const Jail& jail : invocation.jails()) {
        if (auto data = report(invocation, running, jail, wide)) jails.push(std::move(*data));
        else ++hidden;
    }
    if (invocation.all())
        for (const auto& stranger : look_for_strangers(invocation.configuration(), running))
            jails.push(show(invocation, stranger, wide));
    invocation.console().data("jails", std::move(jails));
    if (hidden > 0) invocation.set_exit_status(hidden == invocation.jails().size() ? 1 : 3);
}

}  // namespace

void add_status(Registrar& host) {
    auto wide = std::make_shared<bool>(false);
    Command status;
    status.name = "status";
    status.summary = "show which jails run";
    status.words = "[JAIL|all...]";
    status.details = "* running, blank stopped, ! not created, ~ frozen, ? broken (with the reason).";
    status.targets = Targets::optional_several;
    status.options.add_options()("wide,w", po::bool_switch(wide.get()), "also id, uptime, tasks, memory, processor time");
    status.run = [wide](Invocation& invocation) { run_status(invocation, *wide); };
    host.add(std::move(status));
}

}  // namespace jailctl::lifecycle
