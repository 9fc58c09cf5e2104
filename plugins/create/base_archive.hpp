#pragma once

#include "jailctl/sdk/services/base_installer.hpp"

namespace jailctl::create {

/// BASE=archive:FILE[#sha256=HEX]: the tar of a root, compressed or not. The checksum comes with BASE or from
/// FILE.sha256; it is compared before anything is unpacked, on the descriptor that is then unpacked.
class ArchiveBase final : public BaseInstaller {
public:
    void check(Invocation& invocation, const std::string& what) override;
    [[nodiscard]] std::string_view takes() const noexcept override { return "FILE"; }
    [[nodiscard]] std::uint64_t estimate(Invocation& invocation, const std::string& what) override;
    void install(Invocation& invocation, const std::string& what, BaseTarget& target) override;
    [[nodiscard]] bool can_upgrade() const noexcept override { return true; }
};

}  // namespace jailctl::create
