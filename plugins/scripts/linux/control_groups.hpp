#pragma once

#include <string>

#include "jailctl/sdk/scoped.hpp"

/// The unified hierarchy of control groups, by descriptors.
namespace jailctl::scripts {

/// Where cgroup2 is mounted with its root, by mountinfo(5); "" if nowhere.
[[nodiscard]] std::string unified_hierarchy();
/// <cgroup2>/jailctl; an empty descriptor where there is none. @param make  make it where there is cgroup2
[[nodiscard]] UniqueFd open_groups(bool make);
[[nodiscard]] UniqueFd open_group(int groups, const std::string& name);
void put(int directory, const char* file, const std::string& text) noexcept;
[[nodiscard]] std::string text_of(int directory, const char* file);
/// Our own group in the unified hierarchy: what /proc/self/cgroup says after "0::".
[[nodiscard]] std::string own_group();

}  // namespace jailctl::scripts
