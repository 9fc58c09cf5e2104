#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "jailctl/sdk/services/base_installer.hpp"

namespace jailctl::create {

/// BASE=debootstrap:SUITE[,PACKAGE...][,MIRROR]: mmdebstrap(1) writes a minimal Debian as tar for our unpacker, so that
/// no script of a package ever runs on the staging path.
class DebootstrapBase final : public BaseInstaller {
public:
    void check(Invocation& invocation, const std::string& what) override;
    [[nodiscard]] std::string_view takes() const noexcept override { return "SUITE"; }
    [[nodiscard]] std::uint64_t estimate(Invocation& invocation, const std::string& what) override;
    void install(Invocation& invocation, const std::string& what, BaseTarget& target) override;
    /// No: a Debian is upgraded by its own apt, inside.
    [[nodiscard]] bool can_upgrade() const noexcept override { return false; }
};

}  // namespace jailctl::create
