#include "jailctl/sdk/jail_health.hpp"

#include <chrono>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/interrupt.hpp"
#include "jailctl/sdk/services/jail_runtime.hpp"

namespace jailctl {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds settling{3000}, look_every{100}, answer_limit{30000};

void require_alive(const JailRuntime& runtime, const Configuration& configuration, const Jail& jail, int id) {
    const auto running = runtime.find(configuration, jail.name);
    if (!running || running->id != id) throw Error(Errc::failed, "its init ended");
    if (!running->problem.empty()) throw Error(Errc::failed, running->problem);
}

void require_answer(Invocation& invocation, JailRuntime& runtime, const Jail& jail) {
    ExecRequest request;
    request.command = {"true"};
    request.on_output = [](std::string_view) {};
    request.timeout = answer_limit;
    const ExitStatus status = runtime.exec(invocation, jail, request);
    if (!status.ok()) throw Error(Errc::failed, "'true' inside it " + status.text());
}

}  // namespace

void require_healthy(Invocation& invocation, const Jail& jail, int id) {
    auto& runtime = invocation.services().get<JailRuntime>();
    const auto settled = steady_clock::now() + settling;
    while (steady_clock::now() < settled) {
        require_alive(runtime, invocation.configuration(), jail, id);
        Interrupt::pause(look_every);
    }
    require_alive(runtime, invocation.configuration(), jail, id);
    if (!wait_until_ready(invocation, jail, "it")) require_answer(invocation, runtime, jail);
    require_alive(runtime, invocation.configuration(), jail, id);
}

}  // namespace jailctl
