#pragma once

#include <functional>
#include <string>

/// A static program that tries, inside a jail, what the rows of ../expected.txt name, and prints "name=result" for
/// each: "ok", the name of the error, or what was found.
namespace probe {

[[nodiscard]] std::string outcome(long result);
void say(const std::string& name, const std::string& result);

/// Tries in a process of its own, so that what succeeds changes nothing for the next row; five seconds at most.
void attempt(const std::string& name, const std::function<std::string()>& tried);
void attempt_call(const std::string& name, const std::function<long()>& tried);

/// A mount namespace of its own, where one may be had: the jail's mounts stay as they are.
void step_aside();

void namespaces();
void mounts();
void calls();
void host_wide();
void sockets();
void devices();
void terminals();
void processes();
void view();
/// Rows of the table that name a path: "read:/proc/kcore", "bare-write:/proc/sysrq-trigger".
void paths(const char* table);

/// Other ways to run it: what another jail must not reach, and a look at each process that enters.
int offer();
int reach(const char* process);
int watch(int seconds);
[[noreturn]] int hold(bool stops);

}  // namespace probe
