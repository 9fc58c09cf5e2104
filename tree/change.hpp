#pragma once

#include <string>

#include "file.hpp"

namespace jailctl::tree {

/// What happened to a file while its content was read, "" if nothing did.
/// @param whole  false: its content ended before the size it had
[[nodiscard]] inline std::string change_of(const Facts& before, const Facts& after, bool whole = true) {
    if (!whole || after.size < before.size) return "shrank while it was read: padded with zeros";
    if (after.size > before.size) return "grew while it was read: cut";
    if (after.modified != before.modified) return "changed while it was read";
    return {};
}

}  // namespace jailctl::tree
