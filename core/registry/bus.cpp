#include "registry/bus.hpp"

#include "plugins/guard.hpp"

namespace jailctl::core {
namespace {

/// The same failure as a veto; an interruption stays one.
Error as_veto(const Error& error) {
    if (error.code() == Errc::interrupted) return error;
    Error veto(Errc::vetoed, error.what());
    if (!error.hint().empty()) veto.with_hint(error.hint());
    if (!error.jail().empty()) veto.with_jail(error.jail());
    if (!error.step().empty()) veto.with_step(error.step());
    return veto;
}

}  // namespace

Leases Bus::publish(std::string_view id, OnFailure on_failure, const void* event) {
    Leases leases;
    for (const auto& handler : registry_.handlers(id)) {
        try {
            leases.add(guarded(handler.plugin, [&] { return (*handler.call)(event); }));
        } catch (const Error& error) {
            if (on_failure == OnFailure::abort_operation) throw as_veto(error);
            report_(error);
        }
    }
    return leases;
}

}  // namespace jailctl::core
