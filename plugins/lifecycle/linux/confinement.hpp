#pragma once

#include <cstdint>

#include "jailctl/sdk/jail.hpp"

namespace jailctl::lifecycle {

/// How far the root of a jail is confined (CAPABILITIES; security.md 4).
enum class Confinement : std::uint8_t {
    standard,  ///< ordinary administration
    system,    ///< and what systemd as init needs: mounts, its own network, a subtree of control groups
};

[[nodiscard]] inline Confinement confinement_of(const Settings& settings) {
    return settings["CAPABILITIES"].text == "system" ? Confinement::system : Confinement::standard;
}

}  // namespace jailctl::lifecycle
