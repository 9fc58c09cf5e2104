"""The test bed: a scratch ext4, a site of its own, and timing of whole processes."""
import os
import resource
import shutil
import stat
import statistics
import subprocess
import tempfile
import time


def median(values):
    return statistics.median(values)


def middle(taken):
    """Medians of wall and processor time, each by itself."""
    cpu = [getattr(one, "cpu", None) for one in taken]
    return median(taken) if None in cpu else Took(median(taken), median(cpu))


class Took(float):
    """Seconds of wall time, and of processor time of all processes that were waited for."""

    def __new__(cls, wall, cpu):
        took = super().__new__(cls, wall)
        took.cpu = cpu
        return took


def cpu_of_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Bed:
    def __init__(self, prefix, empty, runs, small=False):
        self.prefix, self.empty, self.runs, self.small = prefix, empty, runs, small
        self.jailctl_path = os.path.join(prefix, "bin/jailctl")
        if not os.path.exists(self.jailctl_path):
            raise SystemExit(f"bench: {self.jailctl_path} is not there: build and install first")

    def __enter__(self):
        self.outer = tempfile.mkdtemp(prefix="jailctl-bench.", dir="/var/tmp")
        self.image = os.path.join(self.outer, "ext4")
        self.top = os.path.join(self.outer, "fs")
        os.mkdir(self.top)
        subprocess.run(["truncate", "-s", "32G", self.image], check=True)
        subprocess.run(["mkfs.ext4", "-q", "-O", "has_journal", self.image], check=True)
        self.mount()
        # Users of the peers' containers pass; directories of jails are closed to all others by themselves.
        os.chmod(self.outer, 0o711)
        os.chmod(self.top, 0o711)
        self.config = os.path.join(self.top, "jails.conf")
        self.write_config(["a.bench:192.0.2.1"])
        return self

    def __exit__(self, *_):
        # A row that failed may have left jails running: without their state nothing could stop them any more.
        subprocess.run(self.jailctl("stop", "all"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        # What the peers leave: lxc its pivot group, crun the parents of a container's.
        for hierarchy in os.listdir("/sys/fs/cgroup"):
            for name in ["lxc.pivot"] + [f"bench{index}" for index in range(10)] + ["bench"]:
                try:
                    os.rmdir(os.path.join("/sys/fs/cgroup", hierarchy, name))
                except OSError:
                    pass
        subprocess.run(["umount", "-l", os.path.join(self.top, "run")])
        subprocess.run(["umount", "-l", self.top])
        shutil.rmtree(self.outer, ignore_errors=True)

    def mount(self):
        # Past the page cache of the file system below: else each byte is copied once more, by kernel threads that
        # compete with those that are measured, and what is "read from the disk" comes out of memory.
        attach = ["losetup", "--find", "--show", self.image]
        done = subprocess.run(attach + ["--direct-io=on"], capture_output=True, text=True)
        if done.returncode != 0:
            done = subprocess.run(attach, capture_output=True, text=True, check=True)
        device = done.stdout.strip()
        subprocess.run(["mount", device, self.top], check=True)
        subprocess.run(["losetup", "--detach", device], check=True)  # when it is unmounted
        # Running state is in memory, as /run of a host is: RUN_DIR, and what crun keeps in /run/crun.
        os.makedirs(os.path.join(self.top, "run"), exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=0700", "none", os.path.join(self.top, "run")], check=True)
        # Instead of the host's: crun gives what it has as input and output to the root user of a container.
        os.mknod(os.path.join(self.top, "run", "null"), 0o666 | stat.S_IFCHR, os.makedev(1, 3))

    def cold(self):
        """Nothing of the scratch file system is in memory afterwards, nor of the file it lies in."""
        subprocess.run(["umount", os.path.join(self.top, "run")], check=True)
        subprocess.run(["umount", self.top], check=True)
        file = os.open(self.image, os.O_RDWR)
        os.fsync(file)
        os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(file)
        self.mount()

    def write_config(self, jails, more=""):
        """Network none everywhere: what is measured is the jail, and the LAN of the machine is nobody's business."""
        for name in ("jails", "backups", "state", "run", "addons"):
            os.makedirs(os.path.join(self.top, name), 0o700, exist_ok=True)
        lines = [f"JAIL_HOME={self.top}/jails", f"BACKUPDIR={self.top}/backups", f"ADDONS={self.top}/addons",
                 f"STATE_DIR={self.top}/state", f"RUN_DIR={self.top}/run", f"LOG_FILE={self.top}/log", "NETWORK=none",
                 'JAILS="' + "\n".join(jails) + '"', more]
        with open(self.config, "w") as file:
            file.write("\n".join(lines) + "\n")
        os.chmod(self.config, 0o600)

    def jailctl(self, *words):
        return [self.jailctl_path, "--config", self.config, "--batch", *words]

    def root(self, name="a.bench"):
        return os.path.join(self.top, "jails", name)

    def run(self, words, **more):
        """Runs to success, output away; returns what it took."""
        null = os.path.join(self.top, "run", "null")
        with tempfile.TemporaryFile() as errors, open(null, "r+b", buffering=0) as nothing:  # no pipe: a detached container would hold it open
            used, began = cpu_of_children(), time.perf_counter()
            done = subprocess.run(words, stdin=nothing, stdout=nothing, stderr=errors, **more)
            took = Took(time.perf_counter() - began, cpu_of_children() - used)
            if done.returncode != 0:
                errors.seek(0)
                raise SystemExit(f"bench: {' '.join(words)} failed: {errors.read().decode(errors='replace')}")
        return took

    def pipe(self, text):
        """The same of a line for the shell; every program in it has to succeed."""
        return self.run(["bash", "-o", "pipefail", "-c", text])

    def interleave(self, *measures, runs=None):
        """Each measure returns what it took; they take turns. Returns the median of each."""
        taken = [[] for _ in measures]
        for turn in range((runs or self.runs) + 1):
            for index, measure in enumerate(measures):
                seconds = measure()
                if turn > 0:  # the first round warms caches
                    taken[index].append(seconds)
        return [middle(one) for one in taken]


def report(row, what, ours, peer_name, peer, target, unit="ms"):
    scale = {"ms": 1000, "s": 1, "MB": 1e-6, "MiB": 2**-20, "x": 1}[unit]
    mine = f"{ours * scale:.2f} {unit}"
    other = f"{peer_name} {peer * scale:.2f} {unit}" if peer else peer_name
    ratio = f"{ours / peer:.2f}x" if peer else "-"
    used = [getattr(one, "cpu", None) for one in (ours, peer)]
    cpu = "" if None in used else f"cpu {used[0] * scale:.2f} / {used[1] * scale:.2f} {unit}"
    print(f"{row:4} {what:44} {mine:>10} {other:>24} {ratio:>7}  {target:22} {cpu}".rstrip(), flush=True)
