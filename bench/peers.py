"""crun and lxc running the same busybox root: each in its usual way, or held by what holds a jail."""
import json
import os
import select
import shutil
import subprocess
import time

from bed import Took

# Held as a jail is: users of the container are none of the host's, and calls are filtered. The calls are those that lxc denies
# by default, fewer than a jail is denied: neither tool gets more to do than the jail has.
FIRST_ID, IDS = 100_000, 65_536
DENIED = ["kexec_load", "open_by_handle_at", "init_module", "finit_module", "delete_module"]


def shifted(root):
    """A copy of `root` that belongs to the users of a held container. jailctl maps a root as it is."""
    copy = root + "-shifted"
    if not os.path.exists(copy):
        subprocess.run(["cp", "-a", root, copy], check=True)
        for folder, folders, files in os.walk(copy):
            for path in [folder] + [os.path.join(folder, name) for name in folders + files]:
                facts = os.lstat(path)
                if facts.st_uid < IDS:
                    os.lchown(path, facts.st_uid + FIRST_ID, facts.st_gid + FIRST_ID)
                    if not os.path.islink(path):
                        os.chmod(path, facts.st_mode & 0o7777)
    return copy


class Crun:
    """Runs in a mount namespace without the cgroup2 of a hybrid host: crun 1.8 refuses the mixture."""

    def __init__(self, bed, root, held=False):
        if not shutil.which("crun"):
            raise FileNotFoundError("crun is not installed")
        self.bed = bed
        self.state = os.path.join(bed.top, "run", "crun")
        self.bundle = os.path.join(bed.top, "bundle-held" if held else "bundle")
        os.makedirs(self.bundle, exist_ok=True)
        # crun takes no host with both kinds of hierarchy. jailctl finds cgroup2 wherever it is mounted, and would have to mount it
        # itself for each command, which no host makes it do. Our mount namespace is private.
        if os.path.ismount("/sys/fs/cgroup/unified"):
            subprocess.run(["mount", "--bind", "/sys/fs/cgroup/unified", "/mnt"], check=True)
            subprocess.run(["umount", "/sys/fs/cgroup/unified"], check=True)
        if not os.path.exists(os.path.join(self.bundle, "config.json")):
            subprocess.run(["crun", "spec"], cwd=self.bundle, check=True)
        with open(os.path.join(self.bundle, "config.json")) as file:
            spec = json.load(file)
        spec["root"] = {"path": shifted(root) if held else root, "readonly": False}
        spec["process"]["terminal"] = False
        spec["process"]["args"] = ["/bin/busybox", "sleep", "1000"]
        spec["linux"]["resources"] = {"pids": {"limit": 4096}}
        if held:
            users = [{"containerID": 0, "hostID": FIRST_ID, "size": IDS}]
            spec["linux"].update(uidMappings=users, gidMappings=users)
            if {"type": "user"} not in spec["linux"]["namespaces"]:
                spec["linux"]["namespaces"].append({"type": "user"})
            spec["linux"]["seccomp"] = {"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"],
                                        "syscalls": [{"names": DENIED, "action": "SCMP_ACT_ERRNO"}]}
        with open(os.path.join(self.bundle, "config.json"), "w") as file:
            json.dump(spec, file)

    def words(self, *more):
        return ["crun", "--root", self.state, *more]

    def start(self, name="bench"):
        return self.bed.run(self.words("run", "--detach", "--bundle", self.bundle, name))

    def stop(self, name="bench"):
        return self.bed.run(self.words("delete", "--force", name))

    def exec(self, name="bench"):
        return self.bed.run(self.words("exec", name, "/bin/busybox", "true"))

    def list(self):
        return self.bed.run(self.words("list"))

    def add_stopped(self, count):
        """Containers that ran and ended, as `crun list` shows them: the state of one that did, copied."""
        self.start("ended0")
        self.bed.run(self.words("kill", "ended0", "KILL"))
        for index in range(1, count):
            shutil.copytree(os.path.join(self.state, "ended0"), os.path.join(self.state, f"ended{index}"),
                            ignore=lambda folder, names: [name for name in names if name != "status" and name != "config.json"])

    def remove_stopped(self, count):
        for index in range(1, count):
            shutil.rmtree(os.path.join(self.state, f"ended{index}"), ignore_errors=True)
        self.stop("ended0")


class Lxc:
    def __init__(self, bed, root, extra_defined=0, held=False):
        if not shutil.which("lxc-start"):
            raise FileNotFoundError("lxc is not installed")
        self.bed, self.held = bed, held
        self.path = os.path.join(bed.top, "lxc-held" if held else "lxc")
        for index in range(extra_defined):
            self.define(f"idle{index}", root)
        self.define("bench", root)

    def define(self, name, root):
        users = f"lxc.idmap = u 0 {FIRST_ID} {IDS}\nlxc.idmap = g 0 {FIRST_ID} {IDS}\n" if self.held else ""
        root = shifted(root) if self.held else root
        folder = os.path.join(self.path, name)
        os.makedirs(folder, exist_ok=True)
        os.chmod(self.path, 0o711)  # the users of a held container pass
        with open(os.path.join(folder, "config"), "w") as file:
            file.write(f"lxc.uts.name = {name}\nlxc.rootfs.path = dir:{root}\nlxc.net.0.type = empty\n"
                       "lxc.init.cmd = /bin/busybox sleep 1000\nlxc.mount.auto = proc:mixed sys:mixed\nlxc.tty.max = 0\n"
                       "lxc.pty.max = 4\nlxc.apparmor.profile = unconfined\n"
                       "lxc.seccomp.profile = /usr/share/lxc/config/common.seccomp\n" + users)

    def start(self, name="bench"):
        return self.bed.run(["lxc-start", "-P", self.path, "-n", name])

    def stop(self, name="bench"):
        return self.bed.run(["lxc-stop", "-k", "-P", self.path, "-n", name])

    def monitor(self, name):
        """The process that lxc keeps for a container and that cleans up behind it."""
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/cmdline") as file:
                    if f"[lxc monitor] {self.path} {name}" in file.read():
                        return os.pidfd_open(int(pid))
            except OSError:
                continue
        raise SystemExit(f"bench: lxc has no monitor for {name}")

    def stop_and_clean(self, name="bench"):
        """Until the monitor has ended as well: lxc-stop may return before."""
        monitor, began = self.monitor(name), time.perf_counter()
        took = self.stop(name)
        select.select([monitor], [], [])
        os.close(monitor)
        return Took(time.perf_counter() - began, took.cpu)

    def start_many(self, names, at_once):
        return self.many("lxc-start", names, at_once)

    def stop_many(self, names, at_once):
        return self.many("lxc-stop -k", names, at_once)

    def many(self, command, names, at_once):
        return self.bed.pipe(f"printf '%s\\n' {' '.join(names)} | xargs -P {at_once} -I@ {command} -P {self.path} -n @")

    def list(self):
        return self.bed.run(["lxc-ls", "-f", "-P", self.path])
