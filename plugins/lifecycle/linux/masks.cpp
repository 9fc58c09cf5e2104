#include "masks.hpp"

#include <cerrno>
#include <fcntl.h>
#include <linux/magic.h>
#include <string>
#include <string_view>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"
#include "mounts.hpp"

namespace jailctl::lifecycle {
namespace {

constexpr const char* read_only[] = {"proc/sys", "proc/bus", "proc/fs", "proc/irq", "proc/sysrq-trigger"};
constexpr const char* masked_files[] = {"proc/kcore",       "proc/keys",       "proc/kmsg",      "proc/latency_stats",
                                        "proc/sched_debug", "proc/timer_list", "proc/interrupts"};
constexpr const char* masked_directories[] = {"proc/acpi", "proc/asound", "proc/scsi", "sys/firmware",
                                              "sys/kernel/security", "sys/kernel/debug"};

void write_parameter(int proc, const char* file, std::string_view value) {
    const UniqueFd parameter{::openat(proc, file, O_WRONLY | O_CLOEXEC)};
    if (!parameter || ::write(parameter.get(), value.data(), value.size()) != static_cast<ssize_t>(value.size()))
        throw_errno(std::string("cannot write /proc/") + file + " of the jail");
}

/// What cannot be looked for is not taken for missing: it would stay uncovered.
bool is_there(int root, const char* name) {
    if (::faccessat(root, name, F_OK, 0) == 0) return true;
    if (errno != ENOENT && errno != ENOTDIR) throw_errno(std::string("cannot look for /") + name + " of the jail");
    return false;
}

/// Puts `mount` over each of the names that is there. Kernel 6.1 clones only what is attached: so the first one gets
/// the mount itself, the others clones of it.
template <std::size_t Count>
void cover(int root, int mount, const char* const (&names)[Count]) {
    bool attached = false;
    for (const char* name : names) {
        if (!is_there(root, name)) continue;
        attach(attached ? clone_of(mount, "").get() : mount, root, name);
        attached = true;
    }
}

}  // namespace

int open_host_null() {
    UniqueFd null{::open("/dev/null", O_PATH | O_NOFOLLOW | O_CLOEXEC)};
    struct stat info {};
    if (!null || ::fstat(null.get(), &info) != 0) throw_errno("cannot open the host's /dev/null");
    if (!S_ISCHR(info.st_mode) || info.st_rdev != ::makedev(1, 3))
        throw Error(Errc::denied, "the host's /dev/null is not the null device");
    return null.release();
}

void mask_kernel_files(int root, int null) {
    for (const char* name : read_only) {
        const UniqueFd copy = clone_of(root, name);
        if (!copy) continue;
        restrict_mount(copy.get(), MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
        attach(copy.get(), root, name);
    }
    // Read-only, or a touch(1) inside would change the times of the host's device.
    const UniqueFd nothing = clone_of(null, "");
    restrict_mount(nothing.get(), MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
    cover(root, nothing.get(), masked_files);
    const UniqueFd empty = new_mount("tmpfs", {{"size", "4k"}, {"mode", "0555"}},
                                     MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
    cover(root, empty.get(), masked_directories);
}

void set_kernel_parameters(int proc) {
    struct statfs system {};
    if (::fstatfs(proc, &system) != 0) throw_errno("cannot look at the jail's /proc");
    if (system.f_type != PROC_SUPER_MAGIC) throw Error(Errc::internal, "the jail's /proc is not a proc file system");
    write_parameter(proc, "sys/user/max_user_namespaces", "0");
}

}  // namespace jailctl::lifecycle
