#include <array>

#include "config/paths.hpp"

namespace jailctl::core::config::platform {

using namespace std::string_view_literals;

std::span<const std::string_view> system_trees() noexcept {
    static constexpr std::array trees{
        "/bin"sv, "/boot"sv, "/dev"sv, "/etc"sv, "/lib"sv, "/libexec"sv, "/proc"sv, "/rescue"sv, "/sbin"sv,
        "/sys"sv, "/usr/bin"sv, "/usr/include"sv, "/usr/lib"sv, "/usr/lib32"sv, "/usr/libexec"sv,
        "/usr/obj"sv, "/usr/sbin"sv, "/usr/share"sv, "/usr/src"sv, "/var/run"sv, "/usr/ports"sv,
        "/usr/local/bin"sv, "/usr/local/etc"sv, "/usr/local/include"sv, "/usr/local/lib"sv,
        "/usr/local/libexec"sv, "/usr/local/sbin"sv, "/usr/local/share"sv, "/var/db/pkg"sv};
    return trees;
}

std::string_view state_dir() noexcept { return "/var/db/jailctl"; }
std::string_view run_dir() noexcept { return "/var/run/jailctl"; }

}  // namespace jailctl::core::config::platform
