#pragma once

#include <functional>
#include <string>
#include <sys/types.h>
#include <utility>

#include "jailctl/sdk/export.hpp"

namespace jailctl {

/// Owns a descriptor; -1 owns nothing. Closing ignores errors: where close can lose data call fsync or close_checked.
class JAILCTL_SDK_EXPORT UniqueFd {
public:
    UniqueFd() noexcept = default;
    explicit UniqueFd(int fd) noexcept : fd_(fd) {}
    UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    UniqueFd& operator=(UniqueFd&& other) noexcept;
    ~UniqueFd();

    [[nodiscard]] int get() const noexcept { return fd_; }
    [[nodiscard]] explicit operator bool() const noexcept { return fd_ >= 0; }
    [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }
    void reset(int fd = -1) noexcept;
    /// Closes and reports what close(2) says. @throws Error io, no_space
    void close_checked(const std::string& what);
    /// A second, close-on-exec descriptor of the same open file. @throws Error io
    [[nodiscard]] UniqueFd duplicate() const;

private:
    int fd_ = -1;
};

/// Both ends of a pipe, close-on-exec from birth.
struct Pipe {
    UniqueFd read, write;
};
/// @throws Error io
[[nodiscard]] JAILCTL_SDK_EXPORT Pipe make_pipe();

/// Something acquired for the length of an operation; what it does on release must not throw. Movable, not copyable.
/// Hook handlers return leases: the host drops them when the operation ends, well or badly.
class JAILCTL_SDK_EXPORT Lease {
public:
    Lease() noexcept = default;
    explicit Lease(std::function<void()> release) : release_(std::move(release)) {}
    Lease(Lease&& other) noexcept : release_(std::exchange(other.release_, nullptr)) {}
    Lease& operator=(Lease&& other) noexcept;
    ~Lease();
    /// Releases now. A second call does nothing.
    void reset() noexcept;
    /// Keeps what was acquired for good: the release is never run.
    void keep() noexcept { release_ = nullptr; }

private:
    std::function<void()> release_;
};

}  // namespace jailctl
