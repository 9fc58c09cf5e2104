#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/interrupt.hpp"
#include "jailctl/sdk/operation.hpp"
#include "launch.hpp"
#include "runtime.hpp"
#include "stream.hpp"

namespace jailctl::lifecycle {

/// The operation is never committed: its undo, run when it goes, is the taking down, whether the command ended well,
/// badly or not at all. After a kill -9 the journal makes the next command do the same.
ExitStatus LinuxRuntime::run_once(Invocation& invocation, const Jail& jail, const std::filesystem::path& root,
                                  const ExecRequest& request) {
    const Configuration& configuration = invocation.configuration();
    const RecordState state = look_up_record(configuration, jail.name.key());
    if (state.kind == RecordState::Kind::alive) throw Error(Errc::busy, jail.name.text() + " is running");
    if (state.kind == RecordState::Kind::unclear) throw unclear(jail, state);
    Pipe output = make_pipe();
    LaunchRequest wanted;
    wanted.root = root;
    wanted.command = request.command;
    wanted.environment = request.environment;
    wanted.output = output.write.get();
    wanted.dies_with_us = true;
    Launch launch(invocation, jail, std::move(wanted));
    if (state.kind == RecordState::Kind::dead && !invocation.options().dry_run)
        clear_leftovers(invocation, jail, state);
    Operation operation(invocation, jail, "run", JournalPlace::running);
    Launched launched = launch.run(operation);
    output.write.reset();
    if (operation.dry_run()) return {};
    std::vector<Stream> streams;
    streams.push_back({std::move(output.read), -1, false, request.on_output});
    if (!request.on_output) streams.front().outer = 1;
    const bool in_time = carry_streams(streams, launched.init.handle(), request.timeout);
    const ExitStatus status = launched.init.wait();
    Interrupt::check();
    if (!in_time) throw Error(Errc::timeout, request.command.front() + " took too long and was ended");
    return status;
}

}  // namespace jailctl::lifecycle
