#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "probe.hpp"

namespace probe {

namespace {

/// Nodes the test made on the jail's disk: /root/node-zero is harmless to read, the others are only opened.
constexpr const char* nodes[] = {"/root/node-zero", "/root/node-kmsg", "/root/node-loop"};

void try_node(const std::string& name, mode_t type, unsigned major, unsigned minor, const std::string& path) {
    attempt_call(name, [&] {
        const int made = mknod(path.c_str(), type | 0600, makedev(major, minor));
        const int error = errno;
        unlink(path.c_str());
        errno = error;
        return made;
    });
}

}  // namespace

void devices() {
    for (const char* name : {"null", "zero", "full", "random", "urandom"})
        attempt_call(std::string("device-") + name,
                     [name] { return open((std::string("/dev/") + name).c_str(), O_RDWR); });
    for (const char* node : nodes)
        attempt_call(std::string("device:") + node, [node] { return open(node, O_RDONLY | O_NONBLOCK); });
    // The mount says nodev; who may change mounts takes that away first.
    for (const char* node : nodes)
        attempt_call(std::string("remounted-device:") + node, [node] {
            step_aside();
            if (mount(nullptr, "/", nullptr, MS_REMOUNT | MS_BIND, nullptr) != 0) return -1;
            return open(node, O_RDONLY | O_NONBLOCK);
        });
    try_node("mknod-block", S_IFBLK, 254, 0, "/tmp/node");
    try_node("mknod-zero", S_IFCHR, 1, 5, "/tmp/node");
    try_node("mknod-in-dev", S_IFCHR, 1, 1, "/dev/mem");
    try_node("mknod-whiteout", S_IFCHR, 0, 0, "/tmp/node");
    try_node("mknod-fifo", S_IFIFO, 0, 0, "/tmp/node");
}

}  // namespace probe
