#!/usr/bin/env python3
"""Gives a repository that `restic init` just made a key whose derivation takes no time: remake.py REPOSITORY PASSWORD

restic seals a repository's master key with one derived from the password by scrypt, whose cost `restic init` chooses so that
it takes half a second. The costs stand in the key file, so a test's may be the lowest that scrypt knows. The format:
https://restic.readthedocs.io/en/v0.14.0/100_references.html#keys-encryption-and-mac
"""
import base64, hashlib, json, os, subprocess, sys


def openssl(cipher, key, data, *more):
    command = ["openssl", "enc", "-" + cipher, "-nopad", "-K", key.hex(), *more]
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout


def mac(text, key, r, nonce):
    """Poly1305-AES, https://cr.yp.to/mac/poly1305-20050329.pdf"""
    r = int.from_bytes(r, "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    total = 0
    for at in range(0, len(text), 16):
        total = (total + int.from_bytes(text[at:at + 16] + b"\1", "little")) * r % ((1 << 130) - 5)
    total += int.from_bytes(openssl("aes-128-ecb", key, nonce), "little")
    return (total % (1 << 128)).to_bytes(16, "little")


def keys(password, salt, n, r, p):
    bytes64 = hashlib.scrypt(password, salt=salt, n=n, r=r, p=p, dklen=64, maxmem=1 << 30)
    return bytes64[:32], bytes64[32:48], bytes64[48:]


folder, password = os.path.join(sys.argv[1], "keys"), sys.argv[2].encode()
old = os.path.join(folder, os.listdir(folder)[0])
document = json.load(open(old))
salt, sealed = base64.b64decode(document["salt"]), base64.b64decode(document["data"])
cipher, k, r = keys(password, salt, document["N"], document["r"], document["p"])
nonce, text = sealed[:16], sealed[16:-16]
assert mac(text, k, r, nonce) == sealed[-16:], "wrong password, or not a key of restic's"
master = openssl("aes-256-ctr", cipher, text, "-iv", nonce.hex())

cipher, k, r = keys(password, salt, 2, 1, 1)
text = openssl("aes-256-ctr", cipher, master, "-iv", nonce.hex())
document.update(N=2, r=1, p=1, hostname="test", data=base64.b64encode(nonce + text + mac(text, k, r, nonce)).decode())
new = json.dumps(document, separators=(",", ":")).encode()
os.remove(old)
with open(os.path.join(folder, hashlib.sha256(new).hexdigest()), "wb") as file:
    file.write(new)
