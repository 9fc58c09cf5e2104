#pragma once

namespace jailctl::tree {

/// Where a new directory that is copied into a tree stands, beside its place, until it is whole. One
/// that was killed leaves it.
inline constexpr const char* copy_staging = ".jailctl-copy";

/// Removes it from the directory `beside` with all it holds; nothing there is success. @throws Error busy, io
void remove_copy_staging(int beside);

}  // namespace jailctl::tree
