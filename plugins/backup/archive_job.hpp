#pragma once

#include <string>

#include "jailctl/sdk/tree.hpp"

namespace jailctl::backup {

/// A job of the tree helper on an archive alone, without a tree: "check", "digest", "marker".
[[nodiscard]] inline TreeJob archive_job(std::string action, int archive) {
    return {.action = std::move(action), .arguments = Value::object(), .root = -1, .id_base = {}, .read_only = true,
            .descriptors = {{"archive", archive}}, .on_progress = {}, .on_note = {}};
}

}  // namespace jailctl::backup
