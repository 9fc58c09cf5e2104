#include "jailctl/sdk/scoped.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"

namespace jailctl {

UniqueFd& UniqueFd::operator=(UniqueFd&& other) noexcept {
    if (this != &other) reset(other.release());
    return *this;
}

UniqueFd::~UniqueFd() { reset(); }

void UniqueFd::reset(int fd) noexcept {
    const int old = std::exchange(fd_, fd);
    if (old >= 0 && old != fd) ::close(old);
}

void UniqueFd::close_checked(const std::string& what) {
    if (fd_ >= 0 && ::close(release()) != 0 && errno != EINTR) throw_errno("cannot write " + what);
}

UniqueFd UniqueFd::duplicate() const {
    UniqueFd copy(::fcntl(fd_, F_DUPFD_CLOEXEC, 3));
    if (!copy) throw_errno("cannot duplicate a descriptor");
    return copy;
}

Pipe make_pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw_errno("cannot make a pipe");
    return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

Lease& Lease::operator=(Lease&& other) noexcept {
    if (this != &other) {
        reset();
        release_ = std::exchange(other.release_, nullptr);
    }
    return *this;
}

Lease::~Lease() { reset(); }

void Lease::reset() noexcept {
    if (const auto release = std::exchange(release_, nullptr)) release();
}

}  // namespace jailctl
