#pragma once

#include <string>

#include "jailctl/sdk/host.hpp"
#include "jailctl/sdk/scoped.hpp"

namespace jailctl::create {

/// The directory ADDONS/etc: files of the site that every new jail gets. A site without one has an empty one.
class Addons {
public:
    /// @throws Error denied: others can write to it; io
    [[nodiscard]] static Addons open(const Configuration& configuration);
    [[nodiscard]] bool present() const noexcept { return static_cast<bool>(etc_); }
    /// Read descriptor of ADDONS/etc, for the tree helper.
    [[nodiscard]] int etc() const noexcept { return etc_.get(); }
    [[nodiscard]] bool has(const std::string& name) const noexcept;

private:
    UniqueFd etc_;
};

}  // namespace jailctl::create
