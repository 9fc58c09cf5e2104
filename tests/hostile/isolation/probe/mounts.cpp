#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <utility>

#include "probe.hpp"

namespace probe {
namespace {

void aside(const std::string& name, const std::function<long()>& tried) {
    attempt_call(name, [&] {
        step_aside();
        return tried();
    });
}

long mount_new(const char* type, const char* options = nullptr) { return mount("none", "/tmp", type, 0, options); }

}  // namespace

void mounts() {
    aside("mount-tmpfs", [] { return mount_new("tmpfs"); });
    aside("mount-proc", [] { return mount_new("proc"); });
    aside("mount-sysfs", [] { return mount_new("sysfs"); });
    aside("mount-cgroup2", [] { return mount_new("cgroup2"); });
    for (const char* type :
         {"ext4", "devtmpfs", "debugfs", "tracefs", "securityfs", "configfs", "pstore", "bpf", "nfs"})
        aside(std::string("mount-") + type, [type] { return mount_new(type); });
    // Of a v1 hierarchy the kernel may show the jail's part; its release_agent is a program the host would run.
    aside("cgroup1-release-agent", [] {
        return mount_new("cgroup", "memory") != 0 ? -1 : open("/tmp/release_agent", O_WRONLY);
    });
    aside("remount", [] { return mount(nullptr, "/dev/shm", nullptr, MS_REMOUNT | MS_BIND, nullptr); });
    aside("bind", [] { return mount("/bin", "/tmp", nullptr, MS_BIND, nullptr); });
    aside("umount-proc", [] { return umount2("/proc", MNT_DETACH); });
    aside("pivot_root", [] {
        return mount_new("tmpfs") != 0 ? -1 : chdir("/tmp") != 0 ? -1 : syscall(SYS_pivot_root, ".", ".");
    });
    aside("fsopen", [] { return fsopen("tmpfs", 0); });
    aside("fspick", [] { return fspick(AT_FDCWD, "/", 0); });
    aside("fsconfig", [] { return syscall(SYS_fsconfig, -1, 0, nullptr, nullptr, 0); });
    aside("fsmount", [] { return syscall(SYS_fsmount, -1, 0, 0); });
    aside("open_tree", [] { return open_tree(AT_FDCWD, "/", OPEN_TREE_CLONE); });
    aside("move_mount", [] { return move_mount(-1, "", -1, "", 0); });
    aside("mount_setattr", [] {
        mount_attr attributes{};
        return mount_setattr(AT_FDCWD, "/", 0, &attributes, sizeof attributes);
    });
}

}  // namespace probe
