"""What OpenSSH's client configuration says of a host: who to be there, where it is, which keys, which hosts are known.

The basics that libgit2 can act on: Host (patterns), HostName, User, Port, IdentityFile, IdentitiesOnly, Include. A host
that is reached through ProxyCommand or ProxyJump is refused, since libgit2 runs no commands. A key with a passphrase is
left to ssh-agent: nobody is asked here.
"""

import base64
import binascii
import fnmatch
import glob
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from runix_tui.errors import SourceError
from runix_tui.source.urls import Address

DEFAULT_KEYS = ("id_ed25519", "id_ecdsa", "id_rsa")  # in OpenSSH's order, without those that need a device
MAX_INCLUDES = 16
MAX_FILE = 1024 * 1024
_OPENSSH_MAGIC = b"openssh-key-v1\x00"


@dataclass(frozen=True, slots=True)
class Host:
    """A host as configured. ``keys`` are those named for it, or the default ones that exist."""

    address: Address  # where to connect, its user filled in
    keys: tuple[Path, ...]
    named: bool  # the keys were named in the configuration, not just found
    agent: bool


def home_of(environ: Mapping[str, str]) -> Path:
    """The user's home folder."""
    return Path(environ.get("HOME") or Path.home())


def host_for(address: Address, environ: Mapping[str, str]) -> Host:
    """An ssh address with the configuration applied. Raises ``SourceError`` for a host behind a proxy command."""
    home = home_of(environ)
    settings: dict[str, list[str]] = {}
    for file in (home / ".ssh/config", Path("/etc/ssh/ssh_config")):
        _read(file, address.host, home, settings, depth=0)
    if any(settings.get(key, ["none"])[0].lower() != "none" for key in ("proxycommand", "proxyjump")):
        raise SourceError(
            f"{address.host} is reached through a proxy command, which Runix does not run",
            hint="Use an https address, or one that ssh reaches directly.",
            code="ssh_proxy_unsupported",
        )
    port = settings.get("port", [""])[0]
    user = address.user or settings.get("user", [""])[0] or environ.get("USER") or environ.get("LOGNAME") or "git"
    hostname = settings.get("hostname", ["%h"])[0].replace("%h", address.host).lower()
    reached = replace(address, host=hostname, user=user)
    if address.port is None and port.isdigit() and int(port) not in {0, 22}:
        reached = replace(reached, port=int(port))
    named = tuple(_expand(text, home, hostname, user) for text in settings.get("identityfile", []))
    found = tuple(home / ".ssh" / name for name in DEFAULT_KEYS)
    only = settings.get("identitiesonly", ["no"])[0].lower() == "yes"
    keys = tuple(key for key in named or found if key.is_file())
    return Host(reached, keys, bool(named), bool(environ.get("SSH_AUTH_SOCK")) and not only)


def known_hosts_lines(environ: Mapping[str, str]) -> Iterator[str]:
    """All lines of the user's and the machine's known_hosts."""
    mine = home_of(environ) / ".ssh"
    system = Path("/etc/ssh")
    files = mine / "known_hosts", mine / "known_hosts2", system / "ssh_known_hosts", system / "ssh_known_hosts2"
    for file in files:
        yield from _text(file).splitlines()


def needs_passphrase(key: Path) -> bool:
    """Whether a private key file is encrypted (or can't be read, which comes to the same)."""
    text = _text(key)
    if "BEGIN OPENSSH PRIVATE KEY" not in text:
        return not text or "ENCRYPTED" in text
    body = "".join(line for line in text.splitlines() if line and not line.startswith("-"))
    try:
        raw = base64.b64decode(body)
    except binascii.Error:
        return True
    cipher = raw[len(_OPENSSH_MAGIC) + 4 :]
    return not (raw.startswith(_OPENSSH_MAGIC) and cipher.startswith(b"none"))


def _read(file: Path, host: str, home: Path, into: dict[str, list[str]], *, depth: int) -> None:
    """Collect the settings of a host: the first value of a key wins, IdentityFile adds up."""
    applies = True
    for line in _text(file).splitlines():
        key, values = _split(line)
        if key == "host":
            applies = _listed(host, values)
        elif key == "match":
            applies = [value.lower() for value in values] == ["all"]
        elif not applies or not values:
            continue
        elif key == "include" and depth < 4:
            for included in _included(values, file, home):
                _read(included, host, home, into, depth=depth + 1)
        elif key == "identityfile":
            into.setdefault(key, []).append(values[0])
        else:
            into.setdefault(key, [" ".join(values)])


def _split(line: str) -> tuple[str, list[str]]:
    text = line.strip()
    if not text or text.startswith("#"):
        return "", []
    key, _, rest = text.replace("=", " ", 1).partition(" ") if "=" in text.split()[0] else text.partition(" ")
    try:
        return key.lower(), shlex.split(rest.strip().removeprefix("=").strip())
    except ValueError:
        return "", []


def _listed(host: str, patterns: list[str]) -> bool:
    hits = [pattern for pattern in patterns if fnmatch.fnmatchcase(host, pattern.lower().removeprefix("!"))]
    return bool(hits) and not any(pattern.startswith("!") for pattern in hits)


def _included(patterns: list[str], file: Path, home: Path) -> list[Path]:
    found: list[str] = []
    for pattern in patterns:
        text = str(home) + pattern[1:] if pattern.startswith("~/") else pattern
        found += sorted(glob.glob(str(file.parent / text)))  # noqa: PTH207 - absolute patterns too
    return [Path(name) for name in found[:MAX_INCLUDES]]


def _expand(text: str, home: Path, host: str, user: str) -> Path:
    if text.startswith("~/"):
        text = f"{home}{text[1:]}"
    for token, value in (("%d", str(home)), ("%h", host), ("%r", user), ("%%", "%")):
        text = text.replace(token, value)
    return home / ".ssh" / text if not text.startswith("/") else Path(text)


def _text(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            return stream.read(MAX_FILE).decode("utf-8", "replace")
    except OSError:
        return ""
