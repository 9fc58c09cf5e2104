"""Rows of jails: made, started, stopped, looked at, and a small one backed up. README.md says what a row is."""
import os
import shutil
import subprocess
import time

from bed import report
from peers import Crun, Lxc


def ensure_created(bed, names=("a.bench",)):
    for name in names:
        if not os.path.exists(bed.root(name)):
            bed.run(bed.jailctl("create", name))


def peer_root(bed, jail="a.bench"):
    """The busybox root once more for the peers, so that nobody starts in a tree another one is using."""
    root = os.path.join(bed.top, "peer-root")
    if not os.path.exists(root):
        ensure_created(bed, (jail,))
        subprocess.run(["cp", "-a", bed.root(jail), root], check=True)
    return root


def available(make):
    """A peer, or none with the reason said once."""
    try:
        return make()
    except FileNotFoundError as missing:
        print(f"     (no peer: {missing})")
        return None


def peers_of(bed, root, held):
    """The peers there are, by their names."""
    made = {"lxc": available(lambda: Lxc(bed, root, held=held)), "crun": available(lambda: Crun(bed, root, held=held))}
    return {f"{name}{'' if held else ', not held'}": peer for name, peer in made.items() if peer}


def started(bed, pause, what, row, targets):
    """Against peers that are held as a jail is, which is what the targets were set for, and as they come."""
    bed.write_config(["a.bench:192.0.2.1"], "MEMORY=256M\nCPUS=1" if pause else "")
    ensure_created(bed)
    root = peer_root(bed)
    peers = {**peers_of(bed, root, True), **peers_of(bed, root, False)}

    def ours():
        time.sleep(pause)
        took = bed.run(bed.jailctl("start", "a.bench"))
        bed.run(bed.jailctl("stop", "a.bench"))
        return took

    def of(peer):
        def measure():
            time.sleep(pause)
            took = peer.start()
            peer.stop()
            return took
        return measure

    mine, *theirs = bed.interleave(ours, *(of(peer) for peer in peers.values()))
    for name, seconds in zip(peers, theirs):
        report(row, f"{what} vs {name}", mine, name.split(",")[0], seconds, targets.get(name, ""))
    if not peers:
        report(row, what, mine, "-", None, "")


def s1(bed):
    started(bed, 0, "start, back to back", "S1", {"lxc": "<= 0.60x", "crun": "<= 0.45x"})


def s2(bed):
    started(bed, 0.6, "start after 0.6 s idle, limits set", "S2", {"lxc": "<= 0.25x", "crun": "<= 0.25x"})


def s5(bed):
    bed.write_config(["a.bench:192.0.2.1"])
    ensure_created(bed)
    root = peer_root(bed)
    lxc = available(lambda: Lxc(bed, root, held=True))
    if not lxc:
        return
    for what, config, pause in (("obeyed", "", 0.3),  # busybox init has read its inittab and installed its handlers
                                ("killed", "START_COMMAND=\"/bin/busybox sleep 1000\"\nSTOP_TIMEOUT=0", 0)):
        bed.write_config(["a.bench:192.0.2.1"], config)

        def ours():
            bed.run(bed.jailctl("start", "a.bench"))
            time.sleep(pause)
            return bed.run(bed.jailctl("stop", "a.bench"))

        def theirs():
            lxc.start()
            return lxc.stop_and_clean()

        mine, other = bed.interleave(ours, theirs)
        report("S5", f"stop, {what}, everything cleaned", mine, "lxc-stop -k", other, "<= 0.30x")
    bed.write_config(["a.bench:192.0.2.1"])


def fifty(bed):
    """Fifty jails and as many containers of lxc, whose first process heeds no signal: both are killed at the end."""
    names = [f"fifty{index}.bench" for index in range(50)]  # not those of the rows that look at roots without a system
    bed.write_config([f"{name}:10.0.0.{index + 1}" for index, name in enumerate(names)],
                     "START_COMMAND=\"/bin/busybox sleep 1000\"\nSTOP_TIMEOUT=0")
    ensure_created(bed, names)
    root = peer_root(bed, names[0])
    lxc = available(lambda: Lxc(bed, root, held=True))
    peers = [f"run{index}" for index in range(50)]
    for name in peers if lxc else []:
        lxc.define(name, root)
    return lxc, peers


def s4(bed):
    lxc, peers = fifty(bed)
    for jobs, what, target in ((8, "start 50, 8 at a time", "<= 0.60x"), (1, "start 50, one after the other", "<= 0.50x")):
        def ours():
            took = bed.run(bed.jailctl("--jobs", str(jobs), "start", "all"))
            bed.run(bed.jailctl("--jobs", "8", "stop", "all"))
            return took

        def theirs():
            took = lxc.start_many(peers, jobs)
            lxc.stop_many(peers, 8)
            return took

        mine, *other = bed.interleave(ours, *([theirs] if lxc else []), runs=5)
        report("S4", what, mine, "lxc", other[0] if other else None, target)
    bed.write_config(["a.bench:192.0.2.1"])


def s6(bed):
    lxc, peers = fifty(bed)

    def ours():
        bed.run(bed.jailctl("--jobs", "8", "start", "all"))
        return bed.run(bed.jailctl("--jobs", "8", "stop", "all"))

    def theirs():
        lxc.start_many(peers, 8)
        return lxc.stop_many(peers, 8)

    mine, *other = bed.interleave(ours, *([theirs] if lxc else []), runs=5)
    report("S6", "stop 50, 8 at a time, killed", mine, "lxc-stop -k", other[0] if other else None, "<= 0.35x")
    bed.write_config(["a.bench:192.0.2.1"])


class Stack:
    """A network namespace of its own with a cable to another: the host of routed jails, whose LAN is nobody's business.
    Its interface answers no ARP, so that start asks the LAN for no address: those 0.1 s are not what a link costs."""

    def __init__(self):
        self.names = [f"jailctl-bench-{os.getpid()}-{end}" for end in ("host", "lan")]

    def __enter__(self):
        host, lan = self.names
        for words in (["netns", "add", host], ["netns", "add", lan],
                      ["-n", host, "link", "add", "up0", "arp", "off", "type", "veth", "peer", "name", "lan0", "netns", lan],
                      ["-n", lan, "link", "set", "lan0", "up"], ["-n", host, "link", "set", "up0", "arp", "off", "up"],
                      ["-n", host, "link", "set", "lo", "up"], ["-n", host, "addr", "add", "10.9.0.1/16", "dev", "up0"]):
            subprocess.run(["ip", *words], check=True)
        return self

    def __exit__(self, *_):
        for name in self.names:
            subprocess.run(["ip", "netns", "del", name])

    def inside(self, words):
        return ["nsenter", f"--net=/run/netns/{self.names[0]}", *words]


def s7(bed):
    killed = "START_COMMAND=\"/bin/busybox sleep 1000\"\nSTOP_TIMEOUT=0\nHOSTS=no\n"
    kinds = {"none": killed, "routed": killed + "NETWORK=routed\nIF=up0\n"}
    names = [f"j{index}.bench" for index in range(50)]
    entries = [f"{name}:10.9.1.{index + 1}" for index, name in enumerate(names)]
    bed.write_config(entries, killed)
    ensure_created(bed, names)
    with Stack() as stack:
        def measure(kind, command, jobs, target):
            def once():
                bed.write_config(entries, kinds[kind])
                start = bed.run(stack.inside(bed.jailctl("--jobs", jobs, "start", target)))
                stop = bed.run(stack.inside(bed.jailctl("--jobs", jobs, "stop", target)))
                return start if command == "start" else stop
            return once

        for command, goal in (("start", "adds <= 2 ms"), ("stop", "adds <= 20 ms")):
            mine, bare = bed.interleave(*(measure(kind, command, "1", names[0]) for kind in ("routed", "none")))
            report("S7", f"{command} with NETWORK=routed, adds {(mine - bare) * 1000:.1f} ms", mine, "none", bare, goal)
        for command, jobs in (("start", "8"), ("stop", "8"), ("stop", "1")):
            mine, bare = bed.interleave(*(measure(kind, command, jobs, "all") for kind in ("routed", "none")), runs=3)
            each = (mine - bare) * 1000 / len(names)
            report("S7", f"{command} 50, {jobs} at a time, adds {each:.1f} ms a jail", mine, "none", bare, "")
    bed.write_config(["a.bench:192.0.2.1"])


def e1(bed):
    ensure_created(bed)
    crun = available(lambda: Crun(bed, peer_root(bed), held=True))
    bed.run(bed.jailctl("start", "a.bench"))
    if crun:
        crun.start()
    mine, *other = bed.interleave(lambda: bed.run(bed.jailctl("exec", "a.bench", "--", "true")), *([crun.exec] if crun else []))
    report("E1", "exec true", mine, "crun exec", other[0] if other else None, "<= 0.50x")
    if crun:
        crun.stop()
    bed.run(bed.jailctl("stop", "a.bench"))


def m1(bed):
    ensure_created(bed)
    bed.run(bed.jailctl("start", "a.bench"))
    mine = 0
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            target = os.readlink(f"/proc/{pid}/exe")
        except OSError:
            continue
        if target.startswith(bed.prefix):
            mine += 1
    bed.run(bed.jailctl("stop", "a.bench"))
    report("M1", "processes of jailctl per running jail", mine, "crun: 0", None, "0", unit="x")


def many(bed, count, running):
    names = [f"j{index}.bench" for index in range(count)]
    bed.write_config([f"{name}:10.{index // 62500}.{index // 250 % 250}.{index % 250 + 1}" for index, name in enumerate(names)])
    ensure_created(bed, names[:running])
    for name in names[running:]:
        for folder in ("bin", "etc", "usr", "var"):
            os.makedirs(os.path.join(bed.root(name), folder), exist_ok=True)
    bed.run(bed.jailctl("start", *names[:running]))
    return names


def end_many(bed, names, running):
    bed.run(bed.jailctl("stop", *names[:running]))
    bed.write_config(["a.bench:192.0.2.1"])


def l1(bed):
    root = peer_root(bed)
    names = many(bed, 1000, 10)
    peers = []
    crun = available(lambda: Crun(bed, root))
    if crun:
        for index in range(10):
            crun.start(f"c{index}")
        crun.add_stopped(990)
        peers.append(("crun list", crun.list, "<= 0.40x"))
    lxc = available(lambda: Lxc(bed, root, 990))
    if lxc:
        for index in range(10):
            lxc.define(f"run{index}", root)
            lxc.start(f"run{index}")
        peers.append(("lxc-ls -f", lxc.list, "<= 0.07x"))
    mine, *theirs = bed.interleave(lambda: bed.run(bed.jailctl("status")), *(peer[1] for peer in peers), runs=9)
    for (name, _, target), seconds in zip(peers, theirs):
        report("L1", "status of 1,000 jails, 10 running", mine, name, seconds, target)
    for index in range(10):
        if crun:
            crun.stop(f"c{index}")
        if lxc:
            lxc.stop(f"run{index}")
    if crun:
        crun.remove_stopped(990)
    end_many(bed, names, 10)


def l2(bed):
    names = many(bed, 10, 10)
    floor = bed.empty or "/bin/true"
    mine, other = bed.interleave(lambda: bed.run(bed.jailctl("status")), lambda: bed.run([floor]), runs=60)
    report("L2", "status of 10 jails, whole process", mine, "empty C++" if bed.empty else "true", other, "<= 3 ms")
    end_many(bed, names, 10)


def c0(bed):
    bed.write_config(["c.bench:192.0.2.9"])

    def create():
        took = bed.run(bed.jailctl("create", "c.bench"))
        bed.run(bed.jailctl("delete", "c.bench"))
        return took

    (mine,) = bed.interleave(create)
    report("C0", "create, busybox base", mine, "-", None, "<= 300 ms")
    bed.write_config(["a.bench:192.0.2.1"])


def minbase(bed):
    """A Debian 12 minbase as the jail m.bench."""
    bed.write_config(["m.bench:192.0.2.3"], "BASE=debootstrap:bookworm")
    if not os.path.exists(bed.root("m.bench")):
        if not shutil.which("mmdebstrap"):
            raise FileNotFoundError("mmdebstrap is not installed")
        bed.run(bed.jailctl("create", "m.bench"))
    return bed.root("m.bench")


def newest(bed):
    folder = os.path.join(bed.top, "backups")
    files = sorted(name for name in os.listdir(folder) if name.endswith(".tar.gz"))
    return os.path.join(folder, files[-1])


def b4(bed):
    root = minbase(bed)
    if not shutil.which("pigz"):
        raise FileNotFoundError("pigz is not installed")
    peer_file = os.path.join(bed.top, "peer.tar.gz")
    sizes = []

    def ours():
        took = bed.run(bed.jailctl("backup", "m.bench"))
        sizes.append(os.path.getsize(newest(bed)))
        os.unlink(newest(bed))
        return took

    mine, other = bed.interleave(ours, lambda: bed.pipe(f"tar -C {root} -cf - . | pigz -6 > {peer_file} && sync -f {peer_file}"), runs=7)
    report("B4", "backup minbase, synced and read back", mine, "tar|pigz -6", other, "<= 0.50x", unit="s")
    report("B4", "its size", sizes[-1], "tar|pigz -6", os.path.getsize(peer_file), "<= 1.01x", unit="MB")


ALL = {"L1": l1, "L2": l2, "S1": s1, "S2": s2, "S4": s4, "S5": s5, "S6": s6, "S7": s7, "E1": e1, "M1": m1, "C0": c0, "B4": b4}
