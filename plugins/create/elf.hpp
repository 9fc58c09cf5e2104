#pragma once

#include <string_view>

namespace jailctl::create {

/// Why the bytes are no program that runs in a root without libraries ("needs a dynamic loader", ...); empty if they
/// are.
/// @param program  the beginning of the file, its program headers included
[[nodiscard]] std::string_view why_not_static(std::string_view program) noexcept;

}  // namespace jailctl::create
