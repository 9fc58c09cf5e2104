"""Rows of restore and delete, and of memory: whole commands; what a restore wrote is synced, the peers' too."""
import os
import subprocess
import time

from archive_rows import adopt, archives, big, need, tiny
from bed import report
from rows import minbase

FAITHFUL = "tar --numeric-owner --xattrs --acls"
MANY = 200_000                 # files of row X1
HUGE, DATA = 20 << 30, 8 << 20  # bytes of the sparse file of row X1, and of data in it


def unpacking(bed, file, unpacker, tar):
    target = os.path.join(bed.top, "peer-restored")

    def measure():
        subprocess.run(["rm", "-rf", target], check=True)
        os.mkdir(target)
        return bed.pipe(f"{unpacker} < {file} | {tar} -C {target} -xpf - && sync -f {target}")
    return measure


def restoring(bed, name, *words):
    def measure():
        bed.run(bed.jailctl("delete", name))
        return bed.run(bed.jailctl("restore", name, *words))
    return measure


def restore(bed, row, what, root, peers, settings="", file=None):
    """Against each of `peers`: unpacker, tar, target. `file` is an archive of another tool, else one of ours is made."""
    name = os.path.basename(root)
    adopt(bed, name, settings)
    foreign = file is not None
    if not foreign:
        bed.run(bed.jailctl("backup", name))
        file = archives(bed)[-1]
    mine, *theirs = bed.interleave(restoring(bed, name, *([file, "--trust"] if foreign else [])),
                                   *(unpacking(bed, file, unpacker, tar) for unpacker, tar, _ in peers),
                                   runs=min(bed.runs, 3))
    for (unpacker, tar, ratio), seconds in zip(peers, theirs):
        report(row, f"restore {what}, synced", mine, f"{unpacker}|{'faithful ' if tar == FAITHFUL else ''}tar", seconds,
               ratio, unit="s")
    subprocess.run(["rm", "-rf", os.path.join(bed.top, "peer-restored")], check=True)
    os.unlink(file)


def r1(bed):
    need("igzip")
    restore(bed, "R1", "big", big(bed), [("igzip -dc", "tar", "<= 0.45x"), ("gzip -dc", "tar", "<= 0.30x")])


def r2(bed):
    need("igzip", "gzip")
    root, file = big(bed), os.path.join(bed.top, "foreign.tar.gz")
    bed.pipe(f"tar -C {root} -cf - . | gzip -1 > {file}")
    restore(bed, "R2", "big, one gzip member", root, [("igzip -dc", "tar", "<= 0.65x")], file=file)


def r3(bed):
    need("igzip", "zstd")
    restore(bed, "R3", "small files", tiny(bed), [("igzip -dc", "tar", "<= 0.50x")])
    restore(bed, "R3", "small files, tar.zst", tiny(bed), [("zstd -dcq", FAITHFUL, "<= 0.45x")],
            "BACKUP_FORMAT=tar.zst")


def r4(bed):
    need("igzip", "zstd")
    root = minbase(bed)
    restore(bed, "R4", "minbase", root, [("igzip -dc", "tar", "<= 0.45x")])
    restore(bed, "R4", "minbase, tar.zst", root, [("zstd -dcq", "tar", "<= 0.55x")], "BACKUP_FORMAT=tar.zst")


def d1(bed):
    root = big(bed)
    name, copy = os.path.basename(root), os.path.join(bed.top, "peer-tree")
    bed.run(bed.jailctl("backup", name))
    file = archives(bed)[-1]

    def ours():
        if not os.path.exists(root):
            bed.run(bed.jailctl("restore", name))
        return bed.run(bed.jailctl("delete", name))

    def theirs():
        bed.pipe(f"mkdir {copy} && gzip -dc < {file} | tar -C {copy} -xpf - && sync -f {copy}")
        return bed.run(["rm", "-rf", copy])

    mine, other = bed.interleave(ours, theirs, runs=min(bed.runs, 3))
    report("D1", "delete big, until gone", mine, "rm -rf", other, "<= 0.60x", unit="s")
    bed.run(bed.jailctl("restore", name))
    os.unlink(file)


def descendants(pid):
    parents = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/stat") as file:
                parents[int(entry)] = int(file.read().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def peak_of_all(words):
    """Peaks of resident memory of a command and every process it starts, added up: no less than they had at any time."""
    peaks = {}
    command = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    while command.poll() is None:
        for pid in descendants(command.pid):
            try:
                with open(f"/proc/{pid}/status") as file:
                    peak = [int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM")]
            except OSError:
                continue
            peaks[pid] = max([peaks.get(pid, 0)] + peak)
        time.sleep(0.01)
    if command.returncode != 0:
        raise SystemExit(f"bench: {' '.join(words)} failed")
    return sum(peaks.values())


def many(bed, more=""):
    root = adopt(bed, "many.bench", more)
    if os.path.exists(root):
        return root
    for index in range(MANY // 20 if bed.small else MANY):
        folder = os.path.join(root, f"d{index // 500}")
        if index % 500 == 0:
            os.makedirs(folder, 0o755)
        with open(os.path.join(folder, f"a-name-of-usual-length-{index}"), "w") as file:
            file.write(str(index) * 20)
    return root


def huge(bed):
    root = adopt(bed, "huge.bench")
    os.makedirs(root, 0o755)
    with open(os.path.join(root, "file"), "wb") as file:
        file.write(os.urandom(DATA))
        file.truncate(HUGE // 20 if bed.small else HUGE)
    return root


def x1(bed):
    for more in ("BACKUP_FORMAT=tar.zst", "BACKUP_FORMAT=tar.zst\nBACKUP_LEVEL=best"):
        name = os.path.basename(many(bed, more))
        what = "tar.zst, best" if "best" in more else "tar.zst"
        report("X1", f"memory of backup, 200,000 files, {what}", peak_of_all(bed.jailctl("backup", name)), "-", None,
               "<= 96 MiB", unit="MiB")
        for file in archives(bed):
            os.unlink(file)
    for tree, what in ((many, "200,000 files"), (huge, "sparse file of 20 GB")):
        name = os.path.basename(tree(bed))
        report("X1", f"memory of backup, {what}", peak_of_all(bed.jailctl("backup", name)), "-", None, "<= 96 MiB", unit="MiB")
        bed.run(bed.jailctl("delete", name))
        report("X1", f"memory of restore, {what}", peak_of_all(bed.jailctl("restore", name)), "-", None, "<= 96 MiB", unit="MiB")
        bed.run(bed.jailctl("delete", name))
        for file in archives(bed):
            os.unlink(file)


ALL = {"R1": r1, "R2": r2, "R3": r3, "R4": r4, "D1": d1, "X1": x1}
