#pragma once

#include <sys/types.h>
#include <termios.h>

#include "jailctl/sdk/scoped.hpp"

namespace jailctl::lifecycle {

/// Inside the jail: a new pty of its devpts. Its slave, made from the master and not by a name the jail could bend,
/// becomes controlling terminal and 0 to 2 of the caller, which leads a session. @return the master @throws Error io
[[nodiscard]] UniqueFd open_jail_pty();

/// Sends and receives one descriptor over a stream socket. @throws Error io
void send_descriptor(int socket, int descriptor);
[[nodiscard]] UniqueFd receive_descriptor(int socket);

/// The terminal we stand on, raw for as long as this lives, then as it was.
class RawTerminal {
public:
    explicit RawTerminal(int terminal);
    RawTerminal(const RawTerminal&) = delete;
    RawTerminal& operator=(const RawTerminal&) = delete;
    ~RawTerminal();

private:
    int terminal_;
    termios before_{};
};

/// Gives the pty the size of our terminal.
void copy_window_size(int terminal, int master) noexcept;

/// Carries bytes between our terminal (0 and 1) and the pty until the process of `handle` has ended and its last output
/// is written. Resizes on SIGWINCH; a signal to us ends
/// it early.
void carry_terminal(int master, int handle);

}  // namespace jailctl::lifecycle
