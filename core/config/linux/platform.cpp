#include <array>

#include "config/paths.hpp"

namespace jailctl::core::config::platform {

using namespace std::string_view_literals;

std::span<const std::string_view> system_trees() noexcept {
    static constexpr std::array trees{
        "/bin"sv,       "/boot"sv,        "/dev"sv,           "/etc"sv,           "/lib"sv,         "/lib32"sv,
        "/lib64"sv,     "/libx32"sv,      "/lost+found"sv,    "/proc"sv,          "/run"sv,         "/sbin"sv,
        "/sys"sv,       "/usr/bin"sv,     "/usr/games"sv,     "/usr/include"sv,   "/usr/lib"sv,     "/usr/lib32"sv,
        "/usr/lib64"sv, "/usr/libexec"sv, "/usr/libx32"sv,    "/usr/sbin"sv,      "/usr/share"sv,   "/usr/src"sv,
        "/var/run"sv,   "/var/lock"sv,    "/usr/local/bin"sv, "/usr/local/etc"sv, "/usr/local/include"sv,
        "/usr/local/lib"sv, "/usr/local/libexec"sv, "/usr/local/sbin"sv, "/usr/local/share"sv, "/var/lib/dpkg"sv};
    return trees;
}

std::string_view state_dir() noexcept { return "/var/lib/jailctl"; }
std::string_view run_dir() noexcept { return "/run/jailctl"; }

}  // namespace jailctl::core::config::platform
