"""crun and lxc running the same busybox root, each in its usual way."""
import json
import os
import shutil
import subprocess


class Crun:
    """Runs in a mount namespace without the cgroup2 of a hybrid host: crun 1.8 refuses the mixture."""

    def __init__(self, bed, root):
        if not shutil.which("crun"):
            raise FileNotFoundError("crun is not installed")
        self.bed = bed
        self.state = os.path.join(bed.top, "run", "crun")
        self.bundle = os.path.join(bed.top, "bundle")
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
        spec["root"] = {"path": root, "readonly": False}
        spec["process"]["terminal"] = False
        spec["process"]["args"] = ["/bin/busybox", "sleep", "1000"]
        spec["linux"]["resources"] = {"pids": {"limit": 4096}}
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
    def __init__(self, bed, root, extra_defined=0):
        if not shutil.which("lxc-start"):
            raise FileNotFoundError("lxc is not installed")
        self.bed, self.root = bed, root
        self.path = os.path.join(bed.top, "lxc")
        for index in range(extra_defined):
            self.define(f"idle{index}", root)
        self.define("bench", root)

    def define(self, name, root):
        folder = os.path.join(self.path, name)
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "config"), "w") as file:
            file.write(f"lxc.uts.name = {name}\nlxc.rootfs.path = dir:{root}\nlxc.net.0.type = empty\n"
                       "lxc.init.cmd = /bin/busybox sleep 1000\nlxc.mount.auto = proc:mixed sys:mixed\nlxc.tty.max = 0\n"
                       "lxc.pty.max = 4\nlxc.apparmor.profile = unconfined\n"
                       "lxc.seccomp.profile = /usr/share/lxc/config/common.seccomp\n")

    def start(self, name="bench"):
        return self.bed.run(["lxc-start", "-P", self.path, "-n", name])

    def stop(self, name="bench"):
        return self.bed.run(["lxc-stop", "-k", "-P", self.path, "-n", name])

    def start_many(self, names, at_once):
        return self.many("lxc-start", names, at_once)

    def stop_many(self, names, at_once):
        return self.many("lxc-stop -k", names, at_once)

    def many(self, command, names, at_once):
        return self.bed.pipe(f"printf '%s\\n' {' '.join(names)} | xargs -P {at_once} -I@ {command} -P {self.path} -n @")

    def list(self):
        return self.bed.run(["lxc-ls", "-f", "-P", self.path])
