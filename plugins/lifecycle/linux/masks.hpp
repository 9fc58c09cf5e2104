#pragma once

namespace jailctl::lifecycle {

/// /dev/null of the host, checked to be the device it should be. Opened while the host's root is still visible.
/// @throws Error io
[[nodiscard]] int open_host_null();

/// Hides or write-protects what of /proc and /sys reaches beyond a jail (security.md 4). @param root  of the jail, with
/// both attached @param null  from open_host_null() @throws Error io
void mask_kernel_files(int root, int null);

/// Writes what must hold inside the jail's own /proc: no further user namespaces.
/// @param proc  the jail's own proc mount @throws Error io
void set_kernel_parameters(int proc);

}  // namespace jailctl::lifecycle
