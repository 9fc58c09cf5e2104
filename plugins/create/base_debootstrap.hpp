#pragma once

#include <string>
#include <string_view>

#include "jailctl/sdk/services/base_installer.hpp"

namespace jailctl::create {

/// What stands after "debootstrap:".
struct DebianWord {
    std::string suite;
    std::string mirror;    ///< empty: the host's own apt sources
    std::string packages;  ///< beyond the minimal system, separated by commas
};
/// @throws Error config: a suite, mirror or package that cannot be one
[[nodiscard]] DebianWord parse_debian_word(const std::string& word);
/// The one line that says why, of what mmdebstrap wrote: its last ones say of each failure only that apt-get failed.
[[nodiscard]] std::string why_no_debian(std::string_view report);

/// BASE=debootstrap:SUITE[,PACKAGE...][,MIRROR]: mmdebstrap(1) writes a minimal Debian as tar for our unpacker, so that no script
/// of a package ever runs on the staging path.
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
