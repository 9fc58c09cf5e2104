#pragma once

#include <string>

#include "jailctl/sdk/scoped.hpp"

/// Control groups of cgroup2, by descriptors.
namespace jailctl::scripts {

/// <cgroup2>/jailctl; an empty descriptor where there is none. @param make  make it where there is cgroup2
[[nodiscard]] UniqueFd open_groups(bool make);
[[nodiscard]] UniqueFd open_group(int groups, const std::string& name);
/// The group this process is in. @throws Error unsupported, io: no cgroup2
[[nodiscard]] UniqueFd open_own_group();
/// Whether this process is in a group of that name, or below one.
[[nodiscard]] bool is_own_or_above(const std::string& name);
/// Says of a group, for whoever comes later, that what runs in groups below it was let go on purpose.
void mark_let_go(int group) noexcept;
[[nodiscard]] bool is_let_go(int group) noexcept;
void put(int directory, const char* file, const std::string& text) noexcept;
[[nodiscard]] std::string text_of(int directory, const char* file);

}  // namespace jailctl::scripts
