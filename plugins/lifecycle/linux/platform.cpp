#include "../platform.hpp"

#include <algorithm>
#include <charconv>
#include <fcntl.h>
#include <iterator>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

#include "console.hpp"
#include "examine.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/recovery.hpp"
#include "jailctl/sdk/text.hpp"
#include "network/bridge_plan.hpp"
#include "network/contradictions.hpp"
#include "network/forward.hpp"
#include "network/health.hpp"
#include "network/host_ports.hpp"
#include "network/inspect_links.hpp"
#include "network/network.hpp"
#include "network/network_setting.hpp"
#include "network/rate.hpp"
#include "record.hpp"
#include "runtime.hpp"
#include "stop_signal.hpp"

namespace jailctl::lifecycle {
namespace {

/// The number after `label` in a small file, -1 if there is none.
std::int64_t number_in(const std::string& path, std::string_view label = {}) {
    const UniqueFd file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    char text[4096];
    const ssize_t got = file ? ::read(file.get(), text, sizeof text) : 0;
    if (got <= 0) return -1;
    std::string_view content(text, static_cast<std::size_t>(got));
    const auto at = content.find(label);
    if (at == std::string_view::npos) return -1;
    content.remove_prefix(at + label.size());
    std::int64_t number = -1;
    std::from_chars(content.data(), content.data() + content.size(), number);
    return number;
}

/// Sum of what all devices read and wrote, by a group's io.stat. v1 is not asked: it counts no buffered writes.
std::int64_t io_in(const std::string& path) {
    const UniqueFd file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!file) return -1;
    const std::string text = read_all(file.get(), 1 << 20, path);
    std::int64_t sum = 0;
    for (const std::string_view label : {"rbytes=", "wbytes="})
        for (auto at = text.find(label); at != std::string::npos; at = text.find(label, at + 1)) {
            std::int64_t number = 0;
            std::from_chars(text.data() + at + label.size(), text.data() + text.size(), number);
            sum += number;
        }
    return sum;
}

/// From cgroup2 where it has the controller, else from the v1 hierarchy.
std::int64_t counter(const Record& record, const char* unified, const char* controller,
                     const char* v1) {
    if (!record.cgroup_path.empty())
        if (const auto number = number_in(record.cgroup_path + "/" + unified); number >= 0) return number;
    const CgroupMount* mount = cgroup_mounts().v1_with(controller);
    return mount == nullptr ? -1 : number_in(mount->path + "/jailctl/" + record.cgroup + "/" + v1);
}

std::function<void(Inspection&)> beside(const char* variable) {
    return [variable](Inspection& inspection) { inspect_beside_network(inspection, variable); };
}

}  // namespace

void register_platform(Registrar& host) {
    host.provide<JailRuntime>("linux", std::make_unique<LinuxRuntime>());
    host.provide<Network>("routed", make_routed_network());
    host.provide<Network>("bridge", make_bridged_network());
    host.provide<Network>(host_network, make_host_network());
    host.provide<Network>("none", make_no_network());
    host.declare({"IF", "interface whose network routed jails join", "", Scope::host,
                  [](const std::string& value) { check_interface_name(value, "IF=eth0"); }, inspect_uplink,
                  require_interface});
    host.declare(
        {"NETWORK",
         "how the jail joins the network: routed (a network namespace of its own, addresses reached through IF), "
         "bridge:NAME (a port of a bridge of the host), host (the host's own, asked for by name only) or none",
         "routed", Scope::jail, check_network_setting, inspect_network_setting});
    host.declare({"NAT", "yes: addresses that are not of the network of IF go out of it as the host's", "no",
                  Scope::jail, [](const std::string& value) { (void)parse_yes_no(value); }, beside("NAT")});
    host.declare({"FORWARD",
                  "ports of the host that lead to the jail, protocol:host port:jail port: tcp:8080:80 udp:53:53", "",
                  Scope::jail, [](const std::string& value) { (void)parse_forwards(value); },
                  [](Inspection& inspection) {
                      inspect_beside_network(inspection, "FORWARD");
                      inspect_forward(inspection);
                  }});
    host.declare({"GATEWAY",
                  "routers of a jail on a bridge, one of IPv4, one of IPv6, or none (default: the host's router there, "
                  "else the host)",
                  "", Scope::jail, [](const std::string& value) { (void)parse_gateways(value); }, inspect_gateway});
    host.declare(
        {"RATE",
         "limit of what passes the jail's link per second, both ways or each: 100mbit, in:50mbit out:10mbit, none", "",
         Scope::jail, [](const std::string& value) { check_rate(value); }, beside("RATE")});
    register_network_undoer(host);
    register_runtime_undoers(host);
    register_console_undoer(host);
    register_examination(host);
}

void require_limits(const Jail& jail, const std::vector<std::string>& variables) {
    if (std::ranges::find(variables, "RATE") == variables.end()) return;
    if (auto error = contradiction(jail, network_setting_of(jail).kind, "RATE", false)) throw std::move(*error);
}

void rehearse_limits(Invocation& invocation, const Jail& jail, const std::vector<std::string>& variables) {
    const Record record = require_running(invocation.configuration(), jail);
    Netlink netlink(NETLINK_ROUTE);
    if (std::ranges::find(variables, "RATE") != variables.end())
        (void)link_with_rate(netlink, jail, record.network_provider, record.network);
    Cgroup(record.cgroup).rehearse(resource_limits(jail.settings), variables);
}

/// The rate first: it can be set again as it was, and the control group undoes itself.
void change_limits(Invocation& invocation, const Jail& jail, const std::vector<std::string>& variables) {
    const Record record = require_running(invocation.configuration(), jail);
    std::vector<std::string> of_group;
    std::ranges::copy_if(variables, std::back_inserter(of_group), [](const auto& name) { return name != "RATE"; });
    const bool rate = of_group.size() != variables.size();
    try {
        if (rate) change_rates(jail, record.network_provider, record.network);
        if (!of_group.empty()) Cgroup(record.cgroup).change(resource_limits(jail.settings), of_group);
    } catch (const Error&) {
        const Jail* before = rate ? invocation.configuration().find(jail.name) : nullptr;
        if (before != nullptr) change_rates(*before, record.network_provider, record.network);
        throw;
    }
}

bool runs_from_directory(const Configuration& configuration, const JailName& jail, int directory) {
    const RecordState state = look_up_record(configuration, jail.key());
    if (state.kind != RecordState::Kind::alive) return true;  // it has ended since: what stands there is all there is
    struct stat facts {};
    if (::fstat(directory, &facts) != 0) throw_errno("cannot look at the root of jail " + jail.text());
    const Record& record = state.record;
    return record.root_device == facts.st_dev && record.root_inode == facts.st_ino;
}

void require_up(const Configuration& configuration, const Jail& jail) {
    const Record record = require_running(configuration, jail);
    if (!record.copy) return;
    const std::string& name = jail.name.text();
    const bool under_way = is_being_changed(configuration, jail.name, JournalPlace::lasting);
    throw Error(Errc::busy, name + " is not running: what runs is a copy of it, " + escape_name(record.root) +
                                ", that " + (under_way ? "its upgrade proves" : "an interrupted upgrade left"))
        .with_hint(under_way ? "wait for the upgrade"
                             : "'jailctl stop " + name + "' ends the copy and undoes the upgrade");
}

void check_rate(std::string_view text) { (void)parse_rates(text); }

void inspect_capabilities(Inspection& inspection) { inspect_beside_network(inspection, "CAPABILITIES"); }

void check_signal(const std::string& text) { (void)parse_signal(text); }

JailUsage usage_of(const Configuration& configuration, const JailName& jail) noexcept {
    JailUsage usage;
    try {
        const RecordState state = look_up_record(configuration, jail.key());
        if (state.kind != RecordState::Kind::alive) return usage;
        usage.tasks = counter(state.record, "pids.current", "pids", "pids.current");
        usage.memory = counter(state.record, "memory.current", "memory", "memory.usage_in_bytes");
        const auto microseconds = number_in(state.record.cgroup_path + "/cpu.stat", "usage_usec ");
        if (microseconds >= 0) usage.cpu_seconds = static_cast<double>(microseconds) / 1e6;
        usage.io_bytes = io_in(state.record.cgroup_path + "/io.stat");
    } catch (const std::exception&) {  // what is not known is not shown
    }
    return usage;
}

std::vector<std::string> network_problems_of(const Configuration& configuration, const JailName& jail) noexcept {
    try {
        const RecordState state = look_up_record(configuration, jail.key());
        if (state.kind == RecordState::Kind::alive) return network_problems(jail, state.record.network);
    } catch (const std::exception&) {  // what is not known is not shown
    }
    return {};
}

}  // namespace jailctl::lifecycle
