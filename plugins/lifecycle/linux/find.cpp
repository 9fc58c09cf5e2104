#include <algorithm>
#include <fcntl.h>
#include <unistd.h>

#include "../not_running.hpp"
#include "jailctl/sdk/error.hpp"
#include "runtime.hpp"

namespace jailctl::lifecycle {
namespace {

/// The caller of `status` looks at many jails: one open by the recorded path instead of a search in mountinfo.
bool is_frozen(const Record& record) {
    if (record.cgroup_path.empty()) return Cgroup(record.cgroup).frozen();
    const UniqueFd file{::open((record.cgroup_path + "/cgroup.events").c_str(), O_RDONLY | O_CLOEXEC)};
    if (!file) return Cgroup(record.cgroup).frozen();
    char text[256];
    const ssize_t got = ::read(file.get(), text, sizeof text);
    return got > 0 && std::string_view(text, static_cast<std::size_t>(got)).find("frozen 1") != std::string_view::npos;
}

std::optional<RunningJail> describe(const Records& records, const Configuration& configuration,
                                    const std::string& key) {
    const RecordState state = records.look_up(key);
    if (state.kind == RecordState::Kind::none || state.kind == RecordState::Kind::dead) return std::nullopt;
    RunningJail running;
    running.name = key;
    running.problem = state.problem;
    if (state.kind == RecordState::Kind::unclear) return running;
    running.name = state.record.name;
    running.id = state.record.init.pid;
    running.root = state.record.root;
    running.started = state.record.started;
    running.network = state.record.network_provider;
    running.addresses = state.record.addresses;
    running.frozen = is_frozen(state.record);
    running.copy = state.record.copy;
    for (const Jail& jail : configuration.jails)
        if (jail.name.key() == key && !runs_from(state.record, jail.root))
            running.problem = "a jail of this name runs from " + state.record.root;
    return running;
}

/// An entry of JAILS that was renamed while its jail runs: nothing may be done to that root under its new name.
void refuse_tenant(const Records& records, const Configuration& configuration, const JailName& name) {
    const Jail* jail = configuration.find(name);
    if (jail == nullptr) return;
    for (const auto& key : records.keys()) {
        if (key == name.key()) continue;
        // Each start asks this of all that run: whether they do is asked last.
        const auto other = records.unjudged(key);
        if (!other || (other->root != jail->root && other->configured_root != jail->root)) continue;
        if (records.look_up(key).kind != RecordState::Kind::alive) continue;
        throw Error(Errc::busy, "jail " + other->name + " runs from " + jail->root.string() + ", where jail " +
                    name.text() + " should be")
            .with_hint("put the old name back into JAILS and stop it: jailctl stop " + other->name);
    }
}

/// Jails of the configuration with a control group but without a record. @param recorded  sorted
std::vector<std::string> unrecorded_jails(const Configuration& configuration,
                                          const std::vector<std::string>& recorded) {
    std::vector<std::string> keys;
    auto groups = Cgroup::all();
    if (groups.empty()) return keys;
    std::sort(groups.begin(), groups.end());
    for (const Jail& jail : configuration.jails) {
        const std::string& key = jail.name.key();
        if (std::binary_search(recorded.begin(), recorded.end(), key)) continue;
        if (std::binary_search(groups.begin(), groups.end(), Cgroup::name_for(configuration, key))) keys.push_back(key);
    }
    return keys;
}

}  // namespace

std::optional<RunningJail> LinuxRuntime::find(const Configuration& configuration, const JailName& name) const {
    const Records records(configuration);
    auto running = describe(records, configuration, name.key());
    if (!running) refuse_tenant(records, configuration, name);
    return running;
}

std::vector<RunningJail> LinuxRuntime::list(const Configuration& configuration) const {
    std::vector<RunningJail> running;
    const Records records(configuration);
    auto keys = records.keys();
    for (auto& key : unrecorded_jails(configuration, keys)) keys.push_back(std::move(key));
    for (const auto& key : keys)
        if (auto jail = describe(records, configuration, key)) running.push_back(std::move(*jail));
    return running;
}

Error unclear(const Jail& jail, const RecordState& state) {
    const std::string& name = jail.name.text();
    return Error(Errc::damaged, "it is not known how " + name + " stands: " + state.problem)
        .with_hint("'jailctl stop " + name + "' ends what runs in its control group and removes the record");
}

Record require_running(const Configuration& configuration, const Jail& jail) {
    RecordState state = look_up_record(configuration, jail.name.key());
    const std::string& name = jail.name.text();
    if (state.kind == RecordState::Kind::unclear) throw unclear(jail, state);
    if (state.kind != RecordState::Kind::alive) throw not_running(jail);
    if (!runs_from(state.record, jail.root))
        throw Error(Errc::busy, "a jail named " + name + " runs from " + state.record.root + ", not from " +
                    jail.root.string())
            .with_hint("stop it with the configuration it was started by: " + state.record.configuration);
    return std::move(state.record);
}

}  // namespace jailctl::lifecycle
