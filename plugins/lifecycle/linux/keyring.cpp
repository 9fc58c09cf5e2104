#include "keyring.hpp"

#include <cerrno>
#include <linux/keyctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"

namespace jailctl::lifecycle {

void leave_keyring() {
    if (::syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr, 0, 0, 0) >= 0 || errno == ENOSYS) return;
    throw_errno("cannot leave the caller's keyring");
}

}  // namespace jailctl::lifecycle
