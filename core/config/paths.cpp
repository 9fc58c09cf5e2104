#include "config/paths.hpp"

#include <algorithm>
#include <array>

#include "jailctl/sdk/text.hpp"

namespace jailctl::core::config {

namespace {

using namespace std::string_view_literals;

constexpr std::array shared_directories{"/"sv,          "/home"sv,    "/opt"sv,      "/root"sv,      "/tmp"sv,
                                        "/usr"sv,       "/var"sv,     "/usr/home"sv, "/usr/local"sv, "/var/db"sv,
                                        "/var/cache"sv, "/var/lib"sv, "/var/log"sv,  "/var/spool"sv, "/var/tmp"sv};
constexpr std::array mount_points{"/media"sv, "/mnt"sv, "/srv"sv};  // often the file system that was made for jails

template <class Range>
bool contains(const Range& range, std::string_view path) {
    return std::find(range.begin(), range.end(), path) != range.end();
}

bool has_control_byte(std::string_view text) {
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

bool climbs(std::string_view text) {
    for (std::size_t at = text.find(".."); at != std::string_view::npos; at = text.find("..", at + 1)) {
        const bool starts = at == 0 || text[at - 1] == '/';
        if (starts && (at + 2 == text.size() || text[at + 2] == '/')) return true;
    }
    return false;
}

}  // namespace

std::string normal_path(std::string_view text) {
    std::string path;
    for (std::size_t start = 0; start < text.size();) {
        const std::size_t end = std::min(text.find('/', start), text.size());
        const auto part = text.substr(start, end - start);
        if (!part.empty() && part != ".") path.append(1, '/').append(part);
        start = end + 1;
    }
    return path.empty() ? "/" : path;
}

bool lies_in(std::string_view path, std::string_view directory) noexcept {
    if (directory == "/") return true;
    return path.starts_with(directory) && (path.size() == directory.size() || path[directory.size()] == '/');
}

bool before_in_tree(std::string_view a, std::string_view b) noexcept {
    const auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    if (x == a.end() || y == b.end()) return x == a.end() && y != b.end();
    // Before every other byte: what lies in a directory follows it at once.
    if (*x == '/' || *y == '/') return *x == '/';
    return static_cast<unsigned char>(*x) < static_cast<unsigned char>(*y);
}

std::optional<PathFault> path_fault(std::string_view text) {
    if (text.empty()) return PathFault{"is empty", {}};
    if (text.front() != '/') return PathFault{"is not absolute", {}};
    if (climbs(text)) return PathFault{"contains `..`", {}};
    if (has_control_byte(text)) return PathFault{"contains a control byte", "write a path without one"};
    // Records and journals are JSON, and would name another path.
    if (!is_utf8(text))
        return PathFault{"is not UTF-8",
                         "save the file as UTF-8, and give the directory a name that is UTF-8 where it is not"};
    if (text.size() > 1000) return PathFault{"is longer than 1000 bytes", "write a shorter path"};
    return std::nullopt;
}

std::string_view system_tree_of(std::string_view path) noexcept {
    for (const auto tree : platform::system_trees())
        if (lies_in(path, tree)) return tree;
    return {};
}

bool is_shared_directory(std::string_view path) noexcept { return contains(shared_directories, path); }

bool is_system_directory(std::string_view path) noexcept {
    return is_shared_directory(path) || contains(mount_points, path);
}

}  // namespace jailctl::core::config
