#include "jailctl/sdk/start_again.hpp"

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/services/jail_runtime.hpp"

namespace jailctl {
namespace {

/// Also where that cannot be told: it is the start's own reason that is to be read then.
bool runs_all_the_same(Invocation& invocation, const Jail& jail) {
    try {
        return invocation.services().get<JailRuntime>().find(invocation.configuration(), jail.name).has_value();
    } catch (const Error&) {
        return true;
    }
}

}  // namespace

void start_again(Invocation& invocation, const Jail& jail, const std::function<void()>& start) {
    try {
        start();
    } catch (Error& error) {
        if (runs_all_the_same(invocation, jail)) throw;
        error.add_context(jail.name.text() + " is stopped now and was not started again");
        if (error.code() != Errc::config && error.code() != Errc::usage) throw;
        throw Error(Errc::failed, error.what()).with_hint(error.hint()).with_step(error.step());
    }
}

}  // namespace jailctl
