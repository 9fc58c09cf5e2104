#pragma once

#include <functional>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/hooks.hpp"
#include "registry/registry.hpp"

namespace jailctl::core {

/// The hook bus of one invocation: carries events to the handlers of the registry.
class Bus final : public HookBus {
public:
    /// @param report  told about each failing handler of an event that only reports
    Bus(const Registry& registry, std::function<void(const Error&)> report)
        : registry_(registry), report_(std::move(report)) {}

protected:
    Leases publish(std::string_view id, OnFailure on_failure, const void* event) override;

private:
    const Registry& registry_;
    std::function<void(const Error&)> report_;
};

}  // namespace jailctl::core
