#pragma once

#include <cstdint>
#include <string>

namespace jailctl {

/// Who holds a lock, as its file says.
struct LockHolder {
    std::int64_t pid = 0;
    std::string text;  ///< "backup by pid 4121 since 14:02"; of a holder between lock and note just "another command"
};
LockHolder lock_holder(int fd);

}  // namespace jailctl
