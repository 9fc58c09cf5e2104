#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "jailctl/sdk/export.hpp"
#include "jailctl/sdk/scoped.hpp"

namespace jailctl {

/// What a failing handler means.
enum class OnFailure {
    abort_operation,  ///< before-hooks: the first failure vetoes; later handlers are not called
    report,           ///< after-hooks: all handlers run; each failure is printed and makes the status 4
};

/// Leases of the handlers of one event; dropped newest first.
class JAILCTL_SDK_EXPORT Leases {
public:
    Leases() = default;
    Leases(Leases&&) noexcept = default;
    Leases& operator=(Leases&&) noexcept = default;
    ~Leases();
    void add(Lease lease) { leases_.push_back(std::move(lease)); }

private:
    std::vector<Lease> leases_;
};

/// Carries events to their handlers. Event types (events.hpp) hold their id and failure rule as constants, so a wrong
/// subscription does not compile. Handlers run in the order of subscription, i.e. of plugin loading.
class JAILCTL_SDK_EXPORT HookBus {
public:
    virtual ~HookBus();
    /// @throws Error  of the first failing handler with Errc::vetoed, if the event says abort_operation
    template <class Event>
    [[nodiscard]] Leases fire(const Event& event) {
        return publish(Event::event, Event::on_failure, &event);
    }

protected:
    virtual Leases publish(std::string_view id, OnFailure on_failure, const void* event) = 0;
};

/// A handler with its event's type erased; made by Registrar::on.
using ErasedHandler = std::function<Lease(const void*)>;

}  // namespace jailctl
