#include <algorithm>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "../platform.hpp"
#include "console.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/ids.hpp"
#include "jailctl/sdk/interrupt.hpp"
#include "jailctl/sdk/operation.hpp"
#include "jailctl/sdk/services/network.hpp"
#include "jailctl/sdk/supervision.hpp"
#include "network/network_setting.hpp"
#include "runtime.hpp"
#include "stop_signal.hpp"

namespace jailctl::lifecycle {
namespace {

constexpr std::chrono::seconds kill_limit{5};  // SIGKILL takes effect at once, but for processes stuck in the kernel

constexpr std::chrono::milliseconds one_tick{200};

/// Waits for init to end. @throws Error interrupted
bool ended_within(int handle, std::chrono::seconds grace, Progress& shown) {
    using clock = std::chrono::steady_clock;
    const auto until = clock::now() + grace;
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - clock::now());
        if (left.count() <= 0) return false;
        pollfd waiting[] = {{handle, POLLIN, 0}, {Interrupt::fd(), POLLIN, 0}};
        ::poll(waiting, 2, static_cast<int>(std::min(left, one_tick).count()));
        if (waiting[0].revents != 0) return true;
        Interrupt::check();
        shown.update(0);
    }
}

constexpr std::chrono::seconds telling_limit{10};

/// sysvinit powers off by a signal (SIGPWR) only if its inittab says so, and that of Debian does not; its own program,
/// which OpenRC on top of it leaves as it is, changes the runlevel. @return false: there is none, or it could not
bool told_sysvinit(JailRuntime& runtime, Invocation& invocation, const Jail& jail, Progress& shown) {
    ExecRequest request;
    request.on_wait = [&shown] { shown.update(0); };
    request.command = {"/sbin/telinit", "0"};
    request.on_output = [](std::string_view) {};
    request.timeout = telling_limit;
    try {
        return runtime.exec(invocation, jail, request).ok();
    } catch (const Error& error) {
        if (error.code() == Errc::interrupted) throw;
        return false;
    }
}

/// What the jail had open may be lost: that is no stop like any other, but of a copy that was only tried.
void tell_of_kill(Invocation& invocation, const Jail& jail, const Record& record, const std::string& why) {
    const std::string sentence = jail.name.text() + " is killed: " + why;
    if (record.copy) invocation.console().verbose("the copy of " + sentence);
    else invocation.console().warn(sentence);
}

void ask_init(JailRuntime& runtime, Invocation& invocation, const Jail& jail, const Record& record,
              std::chrono::seconds grace) {
    const UniqueFd handle = open_handle(record.init);
    if (!handle || grace.count() <= 0) return;
    const std::string& setting = jail.settings["STOP_SIGNAL"].text;
    const std::string at_most = std::to_string(grace.count()) + " s";
    const auto shown =
        invocation.console().waiting("waiting for " + jail.name.text() + " to end, " + at_most + " at most");
    if (!setting.empty() || !is_sysvinit(record.init.pid) || !told_sysvinit(runtime, invocation, jail, *shown)) {
        const int signal = choose_stop_signal(record.init.pid, setting);
        if (signal == 0)
            return tell_of_kill(invocation, jail, record,
                                "its first process ignores the signal to end (see STOP_SIGNAL)");
        signal_handle(handle.get(), signal);
    }
    if (!ended_within(handle.get(), grace, *shown))
        tell_of_kill(invocation, jail, record, "its first process did not end within " + at_most);
}

/// With no record, or one that makes no sense, the provider of the configuration takes down what it finds of the jail.
void leave_network(Invocation& invocation, const Jail& jail, const Record& record) {
    const auto known = invocation.services().providers(Network::id);
    const bool recorded = std::find(known.begin(), known.end(), record.network_provider) != known.end();
    const std::string provider = recorded ? record.network_provider : network_setting_of(jail).kind;
    auto& network = invocation.services().get<Network>(provider);
    try {
        network.leave(invocation, jail, recorded ? record.network : Value{});
    } catch (const Error& error) {
        if (!recorded || (error.code() != Errc::invalid && error.code() != Errc::damaged)) throw;
        network.leave(invocation, jail, Value{});
    }
}

/// Whether a process has the ids of this jail: its map begins where only that jail's does.
bool has_ids_of(pid_t pid, std::uint32_t base) {
    const UniqueFd file{::open(("/proc/" + std::to_string(pid) + "/uid_map").c_str(), O_RDONLY | O_CLOEXEC)};
    char text[256] = {};
    unsigned long long inside = 1, outside = 0;
    return file && ::read(file.get(), text, sizeof text - 1) > 0 &&
           std::sscanf(text, "%llu %llu", &inside, &outside) == 2 && inside == 0 && outside == base;
}

/// The init of a jail that somebody moved out of the jail's control group takes all the jail with it.
void kill_stray_init(const Configuration& configuration, const Jail& jail, const RecordState& state) {
    const auto base = known_id_range(configuration, jail.name);
    const UniqueFd handle = state.kind == RecordState::Kind::unclear ? open_handle(state.record.init) : UniqueFd{};
    if (!handle || !base || !has_ids_of(state.record.init.pid, *base)) return;
    signal_handle(handle.get(), SIGKILL);
    pollfd waiting{handle.get(), POLLIN, 0};
    if (::poll(&waiting, 1, static_cast<int>(std::chrono::milliseconds(kill_limit).count())) != 1)
        throw Error(Errc::busy, "its init, process " + std::to_string(state.record.init.pid) + ", cannot be killed");
}

/// For whoever finds the jail down if this command does not come to its end. A full disk keeps
/// no jail from being stopped.
void note_stop(Invocation& invocation, const Jail& jail, Record record) {
    record.stopping = true;
    try {
        write_record(invocation.configuration(), jail.name.key(), record);
    } catch (const Error& error) {
        if (error.code() == Errc::interrupted) throw;
        invocation.log(error.what());
    }
}

}  // namespace

void kill_members(Cgroup& cgroup) {
    if (!cgroup.exists()) return;
    cgroup.forbid_forks();
    cgroup.kill();
    if (cgroup.wait_until_empty(kill_limit)) return;
    std::string pids;
    for (const pid_t pid : cgroup.processes()) pids += " " + std::to_string(pid);
    throw Error(Errc::busy, "processes that cannot be killed:" + pids)
        .with_hint("they wait for the kernel, often for a disk or a network file system; try again once that answers");
}

bool clear_leftovers(Invocation& invocation, const Jail& jail, const RecordState& state) {
    const Configuration& configuration = invocation.configuration();
    Cgroup cgroup(Cgroup::name_for(configuration, jail.name));
    if (state.kind == RecordState::Kind::none && !cgroup.exists()) return false;
    kill_stray_init(configuration, jail, state);
    kill_members(cgroup);
    // What is unclear is not gone by: it may be the record of another jail.
    leave_network(invocation, jail, state.kind == RecordState::Kind::dead ? state.record : Record{});
    close_console(invocation, jail);
    cgroup.remove();
    remove_record(configuration, jail.name.key());
    return true;
}

Remains remains_of_a_run(const Configuration& configuration, const JailName& jail) {
    const RecordState state = look_up_record(configuration, jail.key());
    const bool group_alone = state.kind == RecordState::Kind::none &&
                             Cgroup(Cgroup::name_for(configuration, jail)).exists();
    if (group_alone) return Remains::of_its_end;
    if (state.kind != RecordState::Kind::dead) return Remains::none;
    return state.record.stopping ? Remains::of_a_stop : Remains::of_its_end;
}

void LinuxRuntime::stop(Invocation& invocation, const Jail& jail, std::chrono::seconds grace) {
    const Configuration& configuration = invocation.configuration();
    const RecordState state = look_up_record(configuration, jail.name.key());
    if (state.kind != RecordState::Kind::alive) {
        if (!invocation.options().dry_run) clear_leftovers(invocation, jail, state);
        else if (state.kind == RecordState::Kind::unclear)
            invocation.console().line("would kill what runs in the control group of " + jail.name.text() +
                                      " and forget its record");
        else if (state.kind == RecordState::Kind::dead)
            invocation.console().line("would clear what the last run of " + jail.name.text() +
                                      " left: control groups, network, record");
        return;
    }
    const Record record = require_running(configuration, jail);
    if (is_supervised(configuration, jail.name, record.init.pid)) throw supervised(jail.name);
    Cgroup cgroup(record.cgroup);
    // While the kernel ends a network namespace it holds the locks that deleting the link needs:
    // that one ends afterwards.
    const UniqueFd network{
        ::open(("/proc/" + std::to_string(record.init.pid) + "/ns/net").c_str(), O_RDONLY | O_CLOEXEC)};
    Operation operation(invocation, jail, "stop", JournalPlace::running);
    operation.step("ask init to end", [&] {
        note_stop(invocation, jail, record);
        if (cgroup.frozen()) cgroup.set_frozen(false, kill_limit);
        ask_init(*this, invocation, jail, record, grace);
    });
    operation.step("kill what is left", [&] { kill_members(cgroup); });
    operation.step("leave the network", [&] { leave_network(invocation, jail, record); });
    operation.step("keep what its init said", [&] { close_console(invocation, jail); });
    operation.step("remove the control groups", [&] { cgroup.remove(); });
    operation.step("remove the record", [&] { remove_record(configuration, jail.name.key()); });
    operation.commit();
}

void register_runtime_undoers(Registrar& host) {
    host.undoer("runtime.kill", [](Invocation&, const Jail&, const Value& arguments) {
        Cgroup cgroup(arguments["cgroup"].str());
        kill_members(cgroup);
    });
    host.undoer("cgroup.remove", [](Invocation&, const Jail&, const Value& arguments) {
        Cgroup cgroup(arguments["cgroup"].str());
        kill_members(cgroup);
        cgroup.remove();
    });
    host.undoer("runtime.forget", [](Invocation& invocation, const Jail& jail, const Value&) {
        remove_record(invocation.configuration(), jail.name.key());
    });
}

}  // namespace jailctl::lifecycle
