#pragma once

#include <string>
#include <string_view>

namespace jailctl::restic {

/// A raw path as Go's encoding/json writes it, and restic with it: each byte that is no UTF-8 is U+FFFD.
[[nodiscard]] std::string seen_by_go(std::string_view raw);

}  // namespace jailctl::restic
