#pragma once

namespace jailctl::lifecycle {

/// Denies the processes of a control group, and of all below it, every device but those of a jail's /dev.
/// For jails that may change their mounts: they can take the nodev of their root away, and on the disk there
/// may be a node of anything.
/// @param cgroup  directory of a cgroup2  @throws Error unsupported
void restrict_devices(int cgroup);

}  // namespace jailctl::lifecycle
