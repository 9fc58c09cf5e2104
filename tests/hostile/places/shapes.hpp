#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace jailctl::test {

/// What a jail can put where the host expects a file. `put` makes it at `path`; `outside` is a directory of the host's,
/// which holds "file".
struct Shape {
    std::string name;
    std::function<void(const std::filesystem::path& path, const std::filesystem::path& outside)> put;
};

[[nodiscard]] const std::vector<Shape>& hostile_shapes();

/// Takes flags away that keep a file from being removed.
void make_mutable(const std::filesystem::path& path);

}  // namespace jailctl::test
