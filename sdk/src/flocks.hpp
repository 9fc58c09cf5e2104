#pragma once

#include <cstdint>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace jailctl {

/// One flock(2) that is held, as the kernel tells it.
struct HeldFlock {
    pid_t pid = 0;
    dev_t device = 0;  ///< of the file system; not what stat(2) tells on every one
    std::uint64_t inode = 0;
};
/// From the text of /proc/locks (proc_locks(5)); what waits for a lock holds none.
std::vector<HeldFlock> parse_flocks(std::string_view text);
/// Those that are held now. Looking takes no lock, so it is in nobody's way. @throws Error io, denied
std::vector<HeldFlock> held_flocks();

}  // namespace jailctl
