#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <thread>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/interrupt.hpp"
#include "jailctl/sdk/text.hpp"
#include "join.hpp"
#include "network/network.hpp"
#include "pty.hpp"
#include "report.hpp"
#include "runtime.hpp"
#include "stream.hpp"

namespace jailctl::lifecycle {
namespace {

JailProgram program_of(const ExecRequest& request) {
    JailProgram program{request.command, jail_environment(), {}};
    add_environment(program, request.environment);
    program.user = request.user;
    program.directory = request.directory;
    return program;
}

/// A jail's process never holds a terminal of the host: where ours is one, it gets a pipe that we carry.
class PipedStdio {
public:
    explicit PipedStdio(const ExecRequest& request) {
        stdio_.no_input = static_cast<bool>(request.on_output);
        if (!stdio_.no_input && ::isatty(0) == 1) input();
        for (const int number : {1, 2})
            if (request.on_output || ::isatty(number) == 1) output(number, request.on_output);
    }
    [[nodiscard]] const JoinStdio& stdio() const { return stdio_; }
    /// To be called once the child has its ends: ours of them are closed, or the streams would never end.
    std::vector<Stream>& streams() {
        theirs_.clear();
        return streams_;
    }

private:
    void input() {
        Pipe pipe = make_pipe();
        stdio_.fd[0] = pipe.read.get();
        theirs_.push_back(std::move(pipe.read));
        streams_.push_back({std::move(pipe.write), 0, true, {}});
    }
    void output(int number, const std::function<void(std::string_view)>& sink) {
        if (sink && number == 2) {  // one pipe for both keeps their order
            stdio_.fd[2] = stdio_.fd[1];
            return;
        }
        Pipe pipe = make_pipe();
        stdio_.fd[number] = pipe.write.get();
        theirs_.push_back(std::move(pipe.write));
        streams_.push_back({std::move(pipe.read), number, false, sink});
    }
    JoinStdio stdio_;
    std::vector<UniqueFd> theirs_;
    std::vector<Stream> streams_;
};

constexpr std::chrono::seconds way_in{30}, leave_taking{2};
constexpr std::chrono::milliseconds a_moment{10};

/// Waits until the one who enters says something. A signal to us ends it before that: nothing of the command's own has
/// begun. Nor is it waited for without end: from the moment it has the jail's ids, the jail may stop it.
void await(int from, const ChildProcess& child, const ExecRequest& request) {
    const std::chrono::milliseconds limit = request.timeout.count() > 0 ? request.timeout : way_in;
    pollfd waiting[] = {{from, POLLIN, 0}, {Interrupt::fd(), POLLIN, 0}};
    int ready = 0;
    while ((ready = ::poll(waiting, 2, static_cast<int>(limit.count()))) < 0 && errno == EINTR) {}
    if (ready == 0)
        throw Error(Errc::timeout, "the command did not get into the jail within " +
                                       human_seconds(std::chrono::duration<double>(limit).count()))
            .with_hint("the machine is very busy, or something in the jail stops it");
    if (waiting[0].revents == 0) signal_handle(child.handle(), SIGKILL);
}

/// One that has ended can be waited for at once, unless it has a tracer, who comes first.
bool can_be_reaped(pid_t pid) {
    for (std::chrono::milliseconds waited{0}; waited < leave_taking; waited += a_moment) {
        siginfo_t found{};
        if (::waitid(P_PID, static_cast<id_t>(pid), &found, WEXITED | WNOHANG | WNOWAIT) != 0 || found.si_pid == pid)
            return true;
        std::this_thread::sleep_for(a_moment);
    }
    return false;
}

/// What we killed because we were to end ends as we do.
ExitStatus end_of(ChildProcess& child) {
    if (!can_be_reaped(child.pid())) {
        (void)child.release();
        throw Error(Errc::timeout, "the command has ended, but something in the jail traces it and keeps how it ended")
            .with_hint("it is gone once its tracer is");
    }
    const ExitStatus status = child.wait();
    const int asked = Interrupt::pending();
    return asked != 0 && status.signal == SIGKILL ? ExitStatus{128 + asked, asked} : status;
}

/// What it said why it cannot run. It is ended then, and not waited for where something in the jail holds it.
void hear(const UniqueFd& report, ChildProcess& child) {
    try {
        hear_child(report);
    } catch (const Error&) {
        signal_handle(child.handle(), SIGKILL);
        if (!can_be_reaped(child.pid())) (void)child.release();
        throw;
    }
}

/// It ended on its way in: by our signal, or by the one that a terminal sends to both of us.
ExitStatus without_terminal(ChildProcess& child) {
    const ExitStatus status = end_of(child);
    if (const int asked = Interrupt::pending(); asked != 0) return {128 + asked, asked};
    if (status.signal != 0) return status;
    throw Error(Errc::failed, "no terminal came from the jail");
}

ExitStatus exec_on_terminal(const Record& record, const JailProgram& program, const ExecRequest& request) {
    int pair[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) throw_errno("cannot make a socket pair");
    const UniqueFd ours{pair[0]};
    UniqueFd theirs{pair[1]};
    Pipe report = make_pipe();
    JoinStdio stdio;
    stdio.terminal_socket = theirs.get();
    ChildProcess child = join_jail(record, program, stdio, report.write.get());
    theirs.reset();
    report.write.reset();
    await(ours.get(), child, request);
    UniqueFd master = receive_descriptor(ours.get());
    if (master) copy_window_size(STDIN_FILENO, master.get());
    await(report.read.get(), child, request);
    hear(report.read, child);
    if (!master) return without_terminal(child);
    {
        const RawTerminal raw(STDIN_FILENO);
        carry_terminal(master.get(), child.handle());
    }
    master.reset();  // hangs up on what is left
    std::vector<Stream> none;
    (void)carry_streams(none, child.handle(), {});  // it may go on without a terminal: signals to us still reach it
    return end_of(child);
}

ExitStatus exec_on_streams(const Record& record, const JailProgram& program, const ExecRequest& request) {
    Pipe report = make_pipe();
    PipedStdio piped(request);
    ChildProcess child = join_jail(record, program, piped.stdio(), report.write.get());
    report.write.reset();
    auto& streams = piped.streams();
    await(report.read.get(), child, request);
    hear(report.read, child);
    const bool in_time = carry_streams(streams, child.handle(), request.timeout, request.on_wait);
    const ExitStatus status = end_of(child);
    if (!in_time) throw Error(Errc::timeout, request.command.front() + " in " + record.name + " took too long");
    if (request.on_output) Interrupt::check();
    return status;
}

/// A descriptor of a directory of the host would be a way out of the jail.
void refuse_directories() {
    for (int number = 0; number < 3; ++number) {
        struct stat found {};
        if (::fstat(number, &found) == 0 && S_ISDIR(found.st_mode))
            throw Error(Errc::denied, "descriptor " + std::to_string(number) + " is a directory of the host")
                .with_hint("a command in a jail gets files, pipes and terminals only");
    }
}

}  // namespace

ExitStatus LinuxRuntime::exec(Invocation& invocation, const Jail& jail, const ExecRequest& request) {
    const Record record = require_running(invocation.configuration(), jail);
    JailProgram program = program_of(request);
    program.confinement = record.confinement;  // as its init was started, whatever CAPABILITIES says by now
    program.host_network = record.network_provider == host_network;
    if (!request.on_output) refuse_directories();
    try {
        if (request.terminal && ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1)
            return exec_on_terminal(record, program, request);
        return exec_on_streams(record, program, request);
    } catch (const CannotRun& error) {
        Error why = Error(error).with_jail(jail.name.text());
        if (request.not_run != nullptr) *request.not_run = std::move(why);
        else invocation.console().error(why);
        return ExitStatus{error.status(), 0};
    }
}

}  // namespace jailctl::lifecycle
