#pragma once

#include <cstdint>
#include <string>

#include "jailctl/sdk/scoped.hpp"

namespace jailctl {

/// openat2(2) with O_CLOEXEC; EAGAIN (a rename raced with us) is retried 128 times (security.md 2.3).
/// @return an empty owner with errno set if it fails
UniqueFd resolve(int directory, const std::string& path, std::uint64_t flags, std::uint64_t rules);
/// The rules for opening a root from its parent: RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS; it may be a mount.
extern const std::uint64_t root_rules;
/// For reading: links are followed, but stay inside the root; no magic links.
UniqueFd resolve_in_root(int root, const std::string& path, std::uint64_t flags);
/// For writing and looking: no links at all, nothing above the root, no other mount.
UniqueFd resolve_strictly(int root, const std::string& path, std::uint64_t flags);

/// No entry but "lost+found". @throws Error io
bool is_empty_directory(int root);

/// A path below a root taken apart; "" and "." as `parent` mean the root itself.
struct SplitPath {
    std::string parent, name;
};
/// @throws Error invalid: empty, absolute, with "..", or with a zero byte
SplitPath split_path(const std::string& path);

/// Opens the directory `path` (made with its parents, 0755 root, if missing). @throws Error invalid, io, no_space
UniqueFd open_or_make_directory(int root, const std::string& path);

}  // namespace jailctl
