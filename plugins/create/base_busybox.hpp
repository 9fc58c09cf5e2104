#pragma once

#include "jailctl/sdk/services/base_installer.hpp"

namespace jailctl::create {

/// BASE=busybox: a small complete userland around a copy of the host's static busybox. Needs no network.
class BusyboxBase final : public BaseInstaller {
public:
    void check(Invocation& invocation, const std::string& what) override;
    [[nodiscard]] std::uint64_t estimate(Invocation& invocation, const std::string& what) override;
    void install(Invocation& invocation, const std::string& what, BaseTarget& target) override;
    [[nodiscard]] bool can_upgrade() const noexcept override { return true; }
};

}  // namespace jailctl::create
