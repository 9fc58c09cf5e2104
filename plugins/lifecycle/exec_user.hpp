#pragma once

#include <string_view>

#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/services/jail_runtime.hpp"
#include "passwd.hpp"

namespace jailctl::lifecycle {

/// Who a command runs as, and what a login of that user would set.
struct JailUser {
    ExecUser ids;
    Account account;  ///< of a number without one: no name, home /, shell /bin/sh
};

/// Looks a user up in the jail's own etc/passwd and etc/group.
/// @param word  USER[:GROUP], names or numbers; a name goes before a number. With GROUP that is the only group.
/// @throws Error usage: one of them is empty; not_found: no such user or group; invalid: one of the files is none, or
/// is larger than 1 MiB; denied, io
[[nodiscard]] JailUser find_user(const Rootfs& root, std::string_view word);

}  // namespace jailctl::lifecycle
