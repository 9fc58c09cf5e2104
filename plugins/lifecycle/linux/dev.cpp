#include "dev.hpp"

#include <fcntl.h>
#include <string>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <utility>

#include "jailctl/sdk/error.hpp"
#include "mounts.hpp"

namespace jailctl::lifecycle {
namespace {

struct Node {
    const char* name;
    unsigned major, minor;
};
constexpr Node nodes[] = {{"null", 1, 3},   {"zero", 1, 5},    {"full", 1, 7},
                          {"random", 1, 8}, {"urandom", 1, 9}, {"tty", 5, 0}};

constexpr std::pair<const char*, const char*> links[] = {{"fd", "/proc/self/fd"},
                                                         {"stdin", "/proc/self/fd/0"},
                                                         {"stdout", "/proc/self/fd/1"},
                                                         {"stderr", "/proc/self/fd/2"},
                                                         {"ptmx", "pts/ptmx"}};

struct Umask {
    mode_t before = ::umask(0);
    Umask() = default;
    Umask(const Umask&) = delete;
    Umask& operator=(const Umask&) = delete;
    ~Umask() { ::umask(before); }
};

}  // namespace

UniqueFd make_dev(std::uint32_t id_base) {
    const std::string owner = std::to_string(id_base);
    UniqueFd dev = new_mount("tmpfs", {{"size", "64k"}, {"mode", "0755"}, {"uid", owner}, {"gid", owner}},
                             MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
    const Umask open_mask;
    for (const Node& node : nodes)
        if (::mknodat(dev.get(), node.name, S_IFCHR | 0666, ::makedev(node.major, node.minor)) != 0 ||
            ::fchownat(dev.get(), node.name, id_base, id_base, AT_SYMLINK_NOFOLLOW) != 0)
            throw_errno(std::string("cannot make /dev/") + node.name + " of the jail");
    return dev;
}

void furnish_dev(int dev) {
    for (const auto& [name, target] : links)
        if (::symlinkat(target, dev, name) != 0) throw_errno(std::string("cannot make /dev/") + name + " of the jail");
    for (const char* directory : {"pts", "shm"})
        if (::mkdirat(dev, directory, 0755) != 0)
            throw_errno(std::string("cannot make /dev/") + directory + " of the jail");
}

}  // namespace jailctl::lifecycle
