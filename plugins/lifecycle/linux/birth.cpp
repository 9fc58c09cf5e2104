#include "birth.hpp"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "capabilities.hpp"
#include "dev.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"
#include "keyring.hpp"
#include "limits.hpp"
#include "masks.hpp"
#include "mounts.hpp"
#include "network/abstract_sockets.hpp"
#include "notify.hpp"
#include "seccomp.hpp"

namespace jailctl::lifecycle {
namespace {

constexpr std::uint64_t plain = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;

void wait_for_parent(int go) {
    char byte = 0;
    ssize_t got = 0;
    while ((got = ::read(go, &byte, 1)) < 0 && errno == EINTR) {}
    if (got != 1) ::_exit(125);
}

void join_cgroups(const std::vector<UniqueFd>& tasks) {
    for (const UniqueFd& file : tasks)
        if (::write(file.get(), "0", 1) != 1) throw_errno("cannot join the jail's cgroup");
    if (::unshare(CLONE_NEWCGROUP) != 0) throw_errno("cannot make the jail's cgroup namespace");
}

/// The kernel's own file systems, made while the host's root is still visible: after its detach the kernel refuses proc
/// (and sysfs, made beside it) as too revealing. devpts made on the host's side would have an unmapped group.
struct KernelMounts {
    UniqueFd proc = new_mount("proc", {}, plain | MOUNT_ATTR_NOEXEC);
    UniqueFd pts = new_mount("devpts", {{"ptmxmode", "0666"}, {"mode", "620"}, {"gid", "5"}},
                             MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
    UniqueFd shm = new_mount("tmpfs", {{"size", "64m"}, {"mode", "1777"}}, plain);
    UniqueFd run = new_mount("tmpfs", {{"size", "64m"}, {"mode", "0755"}}, plain);
    UniqueFd null{open_host_null()};
};

/// The control groups below the jail's own, which it may divide: the namespace's root is the one we are in.
UniqueFd cgroup_view() { return new_mount("cgroup2", {}, plain | MOUNT_ATTR_NOEXEC); }

void build_view(const Birth& birth) {
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
        throw_errno("cannot part the jail's mounts from the host's");
    const KernelMounts kernel;
    const UniqueFd sys = birth.sys >= 0 ? UniqueFd{} : make_sysfs();
    set_kernel_parameters(kernel.proc.get());
    const UniqueFd old_root{::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)};
    attach(birth.root, old_root.get(), "");
    attach(birth.dev, birth.root, "dev");
    furnish_dev(birth.dev);
    attach(kernel.pts.get(), birth.dev, "pts");
    attach(kernel.shm.get(), birth.dev, "shm");
    attach(kernel.proc.get(), birth.root, "proc");
    attach(birth.sys >= 0 ? birth.sys : sys.get(), birth.root, "sys");
    if (birth.program->confinement == Confinement::system) attach(cgroup_view().get(), birth.root, "sys/fs/cgroup");
    attach_if_there(kernel.run.get(), birth.root, "run");
    mask_kernel_files(birth.root, kernel.null.get());
    if (birth.notify >= 0) bind_notify_socket(birth.notify, kernel.run.get());
    if (::fchdir(birth.root) != 0 || ::syscall(SYS_pivot_root, ".", ".") != 0)
        throw_errno("cannot make the jail's root the root");
    // Both are stacked at "." now, the old one on top.
    if (::umount2(".", MNT_DETACH) != 0) throw_errno("cannot detach the host's root");
}

void open_stdio(int output) {
    const int null = ::open("/dev/null", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (null < 0) throw_errno("cannot open /dev/null in the jail");
    for (int fd = 0; fd < 3; ++fd)
        if (::dup2(fd > 0 && output >= 0 ? output : null, fd) < 0 || ::fcntl(fd, F_SETFD, 0) != 0)
            throw_errno("cannot set up stdio of the jail");
}

void die_with_parent(int go) {
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) throw_errno("cannot tie the jail to this command");
    pollfd gone{go, 0, 0};
    if (::poll(&gone, 1, 0) > 0) ::_exit(125);  // it died before we were tied
}

}  // namespace

void shut_out_lookers() {
    if (::prctl(PR_SET_DUMPABLE, 0) != 0) throw_errno("cannot keep the jail from looking into a process that enters");
}

void leave_session() {
    if (::setsid() < 0) throw_errno("cannot leave the caller's session and terminal");
}

void take_root_ids() {
    if (::setgroups(0, nullptr) != 0 || ::setresgid(0, 0, 0) != 0 || ::setresuid(0, 0, 0) != 0)
        throw_errno("cannot become the jail's root");
    shut_out_lookers();  // with fs.suid_dumpable=1 other ids take that back
}

namespace {

/// The kernel takes the capabilities of root away with the last of its ids.
void take_user(const ExecUser& user) {
    if (user.uid == 0 && user.gid == 0 && user.groups.empty()) return;
    const std::vector<gid_t> groups(user.groups.begin(), user.groups.end());
    if (::setgroups(groups.size(), groups.data()) != 0 || ::setresgid(user.gid, user.gid, user.gid) != 0 ||
        ::setresuid(user.uid, user.uid, user.uid) != 0) {
        const std::string who = std::to_string(user.uid) + ":" + std::to_string(user.gid);
        if (errno == EINVAL) throw Error(Errc::invalid, "user " + who + " or one of its groups is no id of the jail's");
        throw_errno("cannot become user " + who + " in the jail");
    }
    // -1 would have left them as they are.
    if (::getuid() != user.uid || ::geteuid() != user.uid || ::getgid() != user.gid || ::getegid() != user.gid)
        throw Error(Errc::internal, "the ids of the user were not taken");
    shut_out_lookers();
}

}  // namespace

void confine_and_become(const JailProgram& program) {
    char where[4096];
    if (::chdir("/") != 0 || ::getcwd(where, sizeof where) == nullptr) throw_errno("cannot enter the jail's root");
    if (where[0] != '/') throw Error(Errc::internal, "the working directory lies outside the jail");
    // Close-on-exec rather than closed: the pipe that reports a failing execve, and jail-init, live until then.
    if (::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) != 0) throw_errno("cannot close what the jail must not inherit");
    if (program.host_network && can_part_abstract_sockets()) part_abstract_sockets();
    if (program.inherited >= 0 && ::fcntl(program.inherited, F_SETFD, 0) != 0)
        throw_errno("cannot keep open what init tells on");
    confine_system_calls(program.confinement);
    confine_capabilities(program.confinement);
    take_user(program.user);
    if (program.directory != "/" && ::chdir(program.directory.c_str()) != 0)
        throw_errno("cannot enter " + escape_name(program.directory) + " in the jail");
    become(program);
}

void be_born(const Birth& birth) {
    shut_out_lookers();
    reset_inheritance();
    wait_for_parent(birth.go);
    join_cgroups(*birth.tasks);
    take_root_ids();
    if (birth.dies_with_us) die_with_parent(birth.go);
    build_view(birth);
    if (::sethostname(birth.hostname.c_str(), birth.hostname.size()) != 0)
        throw_errno("cannot set the jail's hostname");
    leave_keyring();
    leave_session();
    open_stdio(birth.output);
    confine_and_become(*birth.program);
}

}  // namespace jailctl::lifecycle
