#pragma once

#include <string_view>

namespace jailctl::core {

/// Writes text to a descriptor whose reader may be slow, or read nothing at all, for as long as nobody wants an end.
class Writer {
public:
    explicit Writer(int fd) noexcept : fd_(fd) {}
    /// @return 0, or errno; EINTR: a signal is to end us, and nobody reads
    int write(std::string_view text);
    /// Then text was given up for a signal.
    [[nodiscard]] bool gave_up() const noexcept { return gave_up_; }

private:
    [[nodiscard]] int wait_for_room();

    int fd_;
    bool gave_up_ = false;
};

}  // namespace jailctl::core
