#include "host_files.hpp"

#include <fcntl.h>

#include "configure.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"

namespace jailctl::create {

namespace {

constexpr std::size_t cap = 64U << 10U;

std::string content(const char* path) {
    const UniqueFd file{::open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)};
    return file ? read_all(file.get(), cap, path) : std::string{};
}

}  // namespace

std::string host_resolv_conf() {
    std::string text = content("/etc/resolv.conf");
    if (only_loopback_servers(text)) {
        // systemd-resolved(8): the servers behind its stub on 127.0.0.53
        std::string behind = content("/run/systemd/resolve/resolv.conf");
        if (!behind.empty()) return behind;
    }
    return text;
}

}  // namespace jailctl::create
