"""Rows of backup: whole commands, ours synced and read back, the peers' synced."""
import os
import random
import shutil
import subprocess

from bed import report

# What a system of 1.2 GB has in it, from the host that measures: programs, libraries, headers, documents.
BIG = ["usr/bin", "usr/include", "usr/lib/gcc", "usr/share/doc", "usr/lib/python3", "usr/share/perl"]
SMALL = ["usr/include", "usr/share/perl", "usr/lib/python3"]
TINY = 50_000  # files of 0 to 4 KB; the target was set for 200,000


def need(*programs):
    for program in programs:
        if not shutil.which(program):
            raise FileNotFoundError(f"{program} is not installed")


def adopt(bed, name, more=""):
    bed.write_config([f"{name}:192.0.2.7"], more)
    return bed.root(name)


def big(bed, more=""):
    root = adopt(bed, "big.bench", more)
    if not os.path.exists(root):
        os.makedirs(root, 0o755)
        here = [path for path in (SMALL if bed.small else BIG) if os.path.isdir(os.path.join("/", path))]
        bed.pipe(f"tar -C / -cf - {' '.join(here)} | tar -C {root} -xpf -")
    return root


def tiny(bed, more=""):
    root = adopt(bed, "tiny.bench", more)
    if os.path.exists(root):
        return root
    source = random.Random(1)
    words = [bytes(source.choices(b"abcdefghijklmnopqrstuvwxyz", k=source.randint(2, 9))) for _ in range(2000)]
    for index in range(TINY // 10 if bed.small else TINY):
        folder = os.path.join(root, f"d{index // 500}")
        if index % 500 == 0:
            os.makedirs(folder, 0o755)
        with open(os.path.join(folder, f"f{index}"), "wb") as file:
            file.write(b" ".join(source.choices(words, k=source.randint(0, 600)))[:4096])
    return root


def sparse(bed, more=""):
    root = adopt(bed, "sparse.bench", more)
    if not os.path.exists(root):
        os.makedirs(root, 0o755)
        with open(os.path.join(root, "file"), "wb") as file:
            count = 8 if bed.small else 64
            for index in range(count):  # 1 GiB: 8 MB of data, 8 MB of hole; the target was set for 4 GiB
                file.seek(index * (16 << 20))
                file.write(os.urandom(1 << 20) * 8)
            file.truncate(count * (16 << 20))
    return root


def archives(bed):
    folder = os.path.join(bed.top, "backups")
    return sorted((os.path.join(folder, name) for name in os.listdir(folder) if ".tar" in name), key=os.path.getmtime)


def backup(bed, row, what, tree, settings, pipe, target, size_target=None, peer="tar", cold=False):
    """Against `tar | pipe`."""
    root = tree(bed, settings)
    name, peer_file = os.path.basename(root), os.path.join(bed.top, "peer.archive")
    sizes = []

    def ours():
        if cold:
            bed.cold()
        took = bed.run(bed.jailctl("backup", name))
        for file in archives(bed):
            sizes.append(os.path.getsize(file))
            os.unlink(file)
        return took

    def theirs():
        if cold:
            bed.cold()
        return bed.pipe(f"{peer} -C {root} -cf - . | {pipe} > {peer_file} && sync -f {peer_file}")

    mine, other = bed.interleave(ours, theirs, runs=min(bed.runs, 3))
    report(row, f"backup {what}", mine, f"{peer.split()[0]}|{pipe}"[:24], other, target, unit="s")
    if size_target:
        report(row, "its size", sizes[-1], "", os.path.getsize(peer_file), size_target, unit="MB")
    os.unlink(peer_file)


def b1(bed):
    need("pigz")
    backup(bed, "B1", "big", big, "", "pigz -6", "<= 0.45x", "<= 1.00x")


def b2(bed):
    need("pigz")
    backup(bed, "B2", "big, fast", big, "BACKUP_LEVEL=fast", "pigz -1", "<= 0.50x", "<= 1.00x")


def b3(bed):
    need("igzip")
    backup(bed, "B3", "big, fast", big, "BACKUP_LEVEL=fast", "igzip -1", "<= 0.55x", "<= 1.02x")


def b5(bed):
    need("pigz", "igzip")
    backup(bed, "B5", "of small files", tiny, "", "pigz -6", "<= 0.50x")
    backup(bed, "B5", "of small files, fast", tiny, "BACKUP_LEVEL=fast", "igzip -1", "<= 0.55x")
    backup(bed, "B5", "of small files, fast, faithful peer", tiny, "BACKUP_LEVEL=fast", "igzip -1", "<= 0.35x",
           peer="tar --numeric-owner --xattrs --acls")


def b6(bed):
    need("pigz", "igzip")
    backup(bed, "B6", "cold, of small files, fast", tiny, "BACKUP_LEVEL=fast", "igzip -1", "<= 0.40x", cold=True)
    backup(bed, "B6", "cold, of small files", tiny, "", "pigz -6", "<= 0.35x", cold=True)


def b7(bed):
    need("igzip")
    backup(bed, "B7", "cold, big, fast", big, "BACKUP_LEVEL=fast", "igzip -1", "<= 0.45x", cold=True)


def b9(bed):
    need("igzip", "bsdtar")
    backup(bed, "B9", "of a sparse file, fast", sparse, "BACKUP_LEVEL=fast", "igzip -1", "<= 0.50x", peer="tar -S")
    backup(bed, "B9", "of a sparse file, zst", sparse, "BACKUP_FORMAT=tar.zst", "cat", "<= 1.0x", peer="bsdtar --zstd")


def b10(bed):
    need("zstd")
    backup(bed, "B10", "big, tar.zst", big, "BACKUP_FORMAT=tar.zst", "zstd -q -3 -T0", "<= 0.80x", "<= 1.00x")


def archived(bed):
    root = big(bed, "BACKUP_LEVEL=fast")
    bed.run(bed.jailctl("backup", os.path.basename(root)))
    return root, archives(bed)[-1]


def v1(bed):
    need("igzip")
    _, file = archived(bed)
    mine, other = bed.interleave(lambda: bed.run(bed.jailctl("verify", file)), lambda: bed.run(["igzip", "-t", file]),
                                 runs=min(bed.runs, 5))
    report("V1", "verify big, digest of every file", mine, "igzip -t", other, "<= 0.75x", unit="s")
    os.unlink(file)


def v2(bed):
    root, file = archived(bed)
    names = sorted(os.path.join(where, name) for where, _, files in os.walk(root) for name in files)
    regular = [name for name in names if os.path.isfile(name) and not os.path.islink(name) and os.stat(name).st_nlink == 1]
    path = os.path.relpath(regular[len(regular) // 2], root)
    target = os.path.join(bed.top, "extracted")

    def into_empty(measure):
        shutil.rmtree(target, ignore_errors=True)
        os.mkdir(target)
        return measure()

    mine, other = bed.interleave(
        lambda: into_empty(lambda: bed.run(bed.jailctl("extract", file, path, "--to", target))),
        lambda: into_empty(lambda: bed.pipe(f"tar -C {target} -xzf {file} './{path}'")), runs=min(bed.runs, 5))
    report("V2", "one file out of big", mine, "tar xzf", other, "<= 50 ms")
    os.unlink(file)


ALL = {"B1": b1, "B2": b2, "B3": b3, "B5": b5, "B6": b6, "B7": b7, "B9": b9, "B10": b10, "V1": v1, "V2": v2}
