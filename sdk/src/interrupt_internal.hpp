#pragma once

namespace jailctl {

/// For poll(2) beside what is waited for: Interrupt::fd(), or -1 (which poll ignores) under a shield, where a noted
/// signal would otherwise make every wait return at once.
int interrupt_poll_fd() noexcept;

}  // namespace jailctl
