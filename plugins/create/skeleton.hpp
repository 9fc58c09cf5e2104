#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "jailctl/sdk/value.hpp"

namespace jailctl::create {

/// Entries for the tree helper's populate action, from the table that describes a base: one line each, "dir MODE PATH",
/// "file MODE PATH" (content from `content`) and "link MODE PATH TARGET"; '#' begins a comment line.
/// @throws Error damaged: names the line
[[nodiscard]] Value skeleton_entries(std::string_view table,
                                     const std::function<std::string(const std::string&)>& content);

/// Links to `program` for the applets of `busybox --list-full` ("usr/bin/awk"), which gives where each belongs. Lines
/// that are no such place, and the program itself, are left out.
void add_applets(Value& entries, std::string_view list, const std::string& program);

/// One entry of the populate action, owned by the jail's root.
[[nodiscard]] Value tree_entry(const std::string& path, const std::string& type, std::int64_t mode);

}  // namespace jailctl::create
