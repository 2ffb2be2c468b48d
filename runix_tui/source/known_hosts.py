"""Whether an ssh server is who it was before: OpenSSH's known_hosts files, read (never written). Pure.

libgit2 reads only ``~/.ssh/known_hosts``, and pygit2 lets every host pass: the verdict is made here, on the raw key.
"""

import base64
import binascii
import fnmatch
import hashlib
import hmac
from collections.abc import Iterable
from enum import StrEnum


class Verdict(StrEnum):
    """What known_hosts says of a host's key."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    CHANGED = "changed"
    REVOKED = "revoked"


def fingerprint(key: bytes) -> str:
    """A raw public key as ``ssh-keygen -l`` shows it: ``SHA256:…``."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")


def key_type(key: bytes) -> str:
    """The algorithm's name that a raw public key begins with (``ssh-ed25519``), empty when it does not."""
    length = int.from_bytes(key[:4], "big")
    return key[4 : 4 + length].decode("ascii", "replace") if 0 < length <= 64 else ""


def check(lines: Iterable[str], host: str, port: int, key: bytes) -> Verdict:
    """The verdict of all lines of all files on this host's raw key. A known key of another type says nothing."""
    name = host if port == 22 else f"[{host}]:{port}"
    verdict = Verdict.UNKNOWN
    for line in lines:
        fields = line.split()
        marker = fields.pop(0) if fields and fields[0].startswith("@") else ""
        if len(fields) < 3 or fields[0].startswith("#") or not _names(fields[0], name):
            continue
        same = _decode(fields[2]) == key
        if marker == "@revoked" and same:
            return Verdict.REVOKED
        if marker:
            continue
        if same:
            verdict = Verdict.KNOWN
        elif fields[1] == key_type(key) and verdict is Verdict.UNKNOWN:
            verdict = Verdict.CHANGED
    return verdict


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return b""


def _names(patterns: str, name: str) -> bool:
    if patterns.startswith("|1|"):
        return _hashed(patterns, name)
    found = False
    for pattern in patterns.lower().split(","):
        if _like(name, pattern.removeprefix("!")):
            if pattern.startswith("!"):
                return False
            found = True
    return found


def _like(name: str, pattern: str) -> bool:
    # [ and ] stand for themselves here: [host]:port
    return fnmatch.fnmatchcase(name.lower(), pattern.replace("[", "[[]"))


def _hashed(field: str, name: str) -> bool:
    salt, _, digest = field.removeprefix("|1|").partition("|")
    made = hmac.new(_decode(salt), name.lower().encode(), hashlib.sha1).digest()
    return hmac.compare_digest(made, _decode(digest))
