#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "jailctl/sdk/export.hpp"
#include "jailctl/sdk/jail.hpp"

namespace jailctl {

/// Where the settings of single jails stand: jails.d beside a jails.conf.
[[nodiscard]] JAILCTL_SDK_EXPORT std::filesystem::path settings_directory(const std::filesystem::path& jails_conf);
constexpr std::string_view settings_suffix = ".conf";
/// The name of a jail's file in it.
[[nodiscard]] JAILCTL_SDK_EXPORT std::string settings_name(const JailName& jail);

/// The configuration as a whole: what jails.conf says about the host and every jail.
struct Configuration {
    std::filesystem::path file;   ///< absolute path of jails.conf
    Settings settings;            ///< of the host: without jails.d
    std::vector<Jail> jails;      ///< in the order of JAILS
    [[nodiscard]] JAILCTL_SDK_EXPORT const Jail* find(const JailName& name) const noexcept;
    /// Its value as a path.
    [[nodiscard]] JAILCTL_SDK_EXPORT std::filesystem::path path(std::string_view variable) const;
    /// jails.d/<jail>.conf, whether it is there or not.
    [[nodiscard]] JAILCTL_SDK_EXPORT std::filesystem::path settings_file(const JailName& jail) const;
};

/// Global options as given on the command line.
struct GlobalOptions {
    bool json = false, batch = false, dry_run = false, quiet = false, verbose = false;
    int jobs = 1;
    std::chrono::seconds wait{0};  ///< --wait: for a lock held by another command
};

/// Directories of the installation, found from the position of the running binary, so that an installed tree can be
/// moved as a whole (ADR 13).
struct InstallPaths {
    std::filesystem::path plugins;   ///< <libdir>/jailctl/plugins
    std::filesystem::path libexec;   ///< <libexecdir>/jailctl: jailctl-tree, jail-init
    std::filesystem::path share;     ///< <datadir>/jailctl: bases/busybox, addons
    std::filesystem::path sysconf;   ///< where jails.conf stands unless somebody says otherwise
};
[[nodiscard]] JAILCTL_SDK_EXPORT const InstallPaths& install_paths();

}  // namespace jailctl
