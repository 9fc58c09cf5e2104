#include "standard_input.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/interrupt.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::lifecycle {

UniqueFd keep_standard_input(const std::filesystem::path& home) {
    const UniqueFd directory{::open(home.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!directory) throw_errno("cannot open the directory " + escape_name(home.string()));
    UniqueFd kept = unnamed_file(directory.get(), ".jailctl-cp." + std::to_string(::getpid()));
    std::vector<char> buffer(1 << 16);
    for (;;) {
        pollfd set[2] = {{0, POLLIN, 0}, {Interrupt::fd(), POLLIN, 0}};
        if (::poll(set, 2, -1) < 0 && errno != EINTR) throw_errno("cannot wait for standard input");
        Interrupt::check();
        if (set[0].revents == 0) continue;
        const ssize_t got = ::read(0, buffer.data(), buffer.size());
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (got < 0) throw_errno("cannot read standard input");
        if (got == 0) break;
        write_all(kept.get(), {buffer.data(), static_cast<std::size_t>(got)}, "what came from standard input");
    }
    if (::fchmod(kept.get(), 0644) != 0) throw_errno("cannot set the mode of what came from standard input");
    return kept;
}

}  // namespace jailctl::lifecycle
