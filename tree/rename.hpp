#pragma once

namespace jailctl::tree {

/// A rename that replaces nothing, on file systems without RENAME_NOREPLACE as well: NFS, and most of FUSE.
/// @return false: errno says why; EEXIST where something stands under the new name
[[nodiscard]] bool rename_new(int from, const char* old_name, int to, const char* new_name);

}  // namespace jailctl::tree
