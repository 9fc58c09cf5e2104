#include <sys/stat.h>

#include "../hosts.hpp"
#include "console.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/text.hpp"
#include "launch.hpp"
#include "namespaces.hpp"
#include "runtime.hpp"

namespace jailctl::lifecycle {
namespace {

void require_down(const Jail& jail, const RecordState& state) {
    if (state.kind == RecordState::Kind::alive)
        throw Error(Errc::exists, jail.name.text() + " is already running" +
                    (state.record.configured_root == jail.root ? "" : " from " + state.record.root));
    if (state.kind == RecordState::Kind::unclear) throw unclear(jail, state);
}

Record record_of(Invocation& invocation, const Jail& jail, const StartRequest& request, const Launch& launch,
                 const Launched& launched) {
    struct stat root {};
    if (::fstat(launch.root().fd(), &root) != 0) throw_errno("cannot look at the jail's root");
    Record record;
    record.name = jail.name.text();
    record.configuration = invocation.configuration().file.string();
    record.root = (request.root.empty() ? jail.root : request.root).string();
    record.configured_root = jail.root.string();
    record.copy = !request.root.empty();
    record.root_device = root.st_dev;
    record.root_inode = root.st_ino;
    record.init = look_at_process(launched.init.pid());
    record.started = unix_now();
    record.cgroup = Cgroup::name_for(invocation.configuration(), jail.name);
    record.cgroup_path = launched.cgroup.path();
    record.confinement = confinement_of(jail.settings);
    record.network_provider = launched.network_provider;
    record.network = launched.network;
    record.addresses.emplace();
    for (const Address& address : jail.addresses) record.addresses->push_back(address.text());
    return record;
}

Error ended_at_once(const Configuration& configuration, const Jail& jail, Speaker speaker) {
    const std::string words = last_words(configuration, jail.name, speaker);
    Error error(Errc::failed, "its init ended at once" + (words.empty() ? "" : " and said: " + words));
    if (words.empty()) return error.with_hint("run it by hand to see why: START_COMMAND, or /sbin/init of the jail");
    if (speaker == Speaker::copy)
        return error.with_hint(escape_name(kept_console(configuration, jail.name, speaker).string()) +
                               " holds all it said");
    return error.with_hint("'jailctl logs " + jail.name.text() + "' shows all it said");
}

}  // namespace

int LinuxRuntime::start(Invocation& invocation, const Jail& jail, const StartRequest& request) {
    const RecordState state = look_up_record(invocation.configuration(), jail.name.key());
    const bool planned = invocation.options().dry_run && request.after_stop;
    if (!planned) require_down(jail, state);
    LaunchRequest wanted;
    wanted.root = request.root.empty() ? jail.root : request.root;
    wanted.network = request.network;
    wanted.tells_readiness = request.readiness != nullptr;
    const Speaker speaker = request.root.empty() ? Speaker::jail : Speaker::copy;
    wanted.speaker = speaker;
    // Not of a scratch jail, which nobody asks.
    wanted.keep_console = invocation.configuration().find(jail.name) != nullptr;
    Launch launch(invocation, jail, std::move(wanted));
    // Without a record nothing is guessed: a cgroup that has members then is an error of its own.
    if (state.kind == RecordState::Kind::dead && !invocation.options().dry_run)
        clear_leftovers(invocation, jail, state);
    Operation operation(invocation, jail, "start", JournalPlace::running);
    // A staged root (upgrade) is not the jail's yet, and without a network no name leads anywhere.
    const bool names = request.root.empty() && request.network && invocation.configuration().find(jail.name) != nullptr;
    if (const auto change = names ? look_at_hosts(invocation, jail, launch.root()) : std::nullopt)
        operation.step("write the names of the other jails into its /etc/hosts", {"hosts.temporary", Value::object()},
                       [&] { write_hosts(invocation, jail, launch.root(), *change); });
    Launched launched = launch.run(operation);
    operation.step("record the running jail", {"runtime.forget", Value::object()}, [&] {
        Record record = record_of(invocation, jail, request, launch, launched);
        if (record.init.pid == 0) throw ended_at_once(invocation.configuration(), jail, speaker);
        write_record(invocation.configuration(), jail.name.key(), record);
    });
    operation.commit();
    if (request.readiness != nullptr) *request.readiness = std::move(launched.readiness);
    return launched.init.release();
}

}  // namespace jailctl::lifecycle
