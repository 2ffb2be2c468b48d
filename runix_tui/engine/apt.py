"""Where this host gets its packages from: its own apt sources, keys and settings, read into values.

Base images that are built here use the same mirror; no address of any mirror is written in Runix. Only reading; what is
made of it is the business of ``roots.py`` and ``trust.py``.
"""

import re
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from runix_tui.engine.proxy import is_loopback
from runix_tui.errors import BuildError

ARCHIVE_KEYS = "debian-archive-keyring"  # the package (and file name) with the keys of Debian's own archive
_SUFFIXES = ("", "-updates", "-security")
_FILE_NAME = re.compile(r"^[A-Za-z0-9_.-]+$")  # sources.list(5): others are ignored
_ONE_LINE = re.compile(r"^\s*(deb)\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s*(.*)$")
_SETTING = re.compile(r'^(Acquire::[\w.:-]+) "(.*)";$')
# Settings that decide whether packages can be fetched at all. Paths of certificates and keys stay on the host.
_KEPT = re.compile(
    r"^Acquire::(Check-Valid-Until|Check-Date|Max-FutureTime|Min-ValidTime|Retries|ForceIPv[46]"
    r"|(?:http|https)::(?:Timeout|Proxy(?:::[\w.-]+)?|Pipeline-Depth|No-Cache))$",
    re.IGNORECASE,
)
HINT = (
    "Make a registry reachable (or name a mirror as registry.mirror in config.toml), load the image yourself with "
    "`podman load`, or run Runix on a Debian host with deb sources in /etc/apt."
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of apt's sources. ``signed_by`` is a key ring's path, or a key itself, or empty for apt's own trust."""

    uri: str
    suite: str
    components: tuple[str, ...]
    signed_by: str = ""
    trusted: bool = False

    @property
    def line(self) -> str:
        """In the one-line format."""
        options = [f"signed-by={self.signed_by}"] if self.signed_by else []
        options += ["trusted=yes"] if self.trusted else []
        prefix = f"[{' '.join(options)}] " if options else ""
        return f"deb {prefix}{self.uri} {self.suite} {' '.join(self.components)}"

    @property
    def public(self) -> "Entry":
        """Without user info."""
        parts = urlsplit(self.uri)
        return replace(self, uri=urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])))


def sources(root: Path = Path("/")) -> tuple[Entry, ...]:
    """The host's own sources, in apt's order; empty on hosts without apt."""
    folder = root / "etc/apt"
    entries: list[Entry] = []
    for path in [folder / "sources.list", *sorted((folder / "sources.list.d").glob("*"))]:
        if not path.is_file() or not _FILE_NAME.match(path.name):
            continue
        text = path.read_text("utf-8", "replace")
        if path.suffix == ".list":
            entries += one_line(text)
        elif path.suffix == ".sources":
            entries += deb822(text)
    return tuple(replace(entry, uri=_resolved(entry.uri, root)) for entry in entries)


def one_line(text: str) -> list[Entry]:
    """Entries of the one-line format: ``deb [signed-by=…] URI suite component…``."""
    entries = []
    for raw in text.splitlines():
        match = _ONE_LINE.match(raw.split("#", 1)[0])
        if not match:
            continue
        options = dict(part.partition("=")[::2] for part in (match[2] or "").split())
        signed = options.get("signed-by", "")
        entries.append(
            Entry(match[3], match[4], tuple(match[5].split()), signed, options.get("trusted", "").lower() == "yes")
        )
    return entries


def deb822(text: str) -> list[Entry]:
    """Entries of the deb822 format: stanzas of ``Field: value``, continued by indented lines."""
    entries = []
    for stanza in re.split(r"\n\s*\n", text):
        fields = _fields(stanza)
        if "deb" not in fields.get("types", "").split() or fields.get("enabled", "yes").lower() in {"no", "false", "0"}:
            continue
        components = tuple(fields.get("components", "").split())
        trusted = fields.get("trusted", "").lower() == "yes"
        entries += [
            Entry(uri, suite, components, fields.get("signed-by", "").strip(), trusted)
            for uri in fields.get("uris", "").split()
            for suite in fields.get("suites", "").split()
        ]
    return entries


def mirror(entries: Iterable[Entry], suite: str, codename: str) -> tuple[Entry, ...]:
    """The entries for Debian's ``suite`` (``trixie``), from what the host has for its own ``codename``: its archive,
    updates and security, each once. Raises ``BuildError`` when the host has none that a container can use."""
    own = {codename, suite, "stable", "oldstable", "testing"} - {""}
    usable = [entry for entry in entries if _split(entry.suite)[0] in own and _usable(entry)]
    found: dict[str, Entry] = {}
    # The distribution's own key first; else any key: a mirror may sign anew what it carries.
    for entry in sorted(usable, key=lambda each: not _is_archive(each)):
        suffix = _split(entry.suite)[1]
        found.setdefault(suffix, replace(entry, suite=suite + suffix, components=("main",)))
    if "" not in found:
        raise BuildError(
            f"There are no apt sources of Debian on this host to build {suite} from, and no registry answers.",
            hint=HINT,
            code="no_base_image",
        )
    return tuple(found[suffix] for suffix in _SUFFIXES if suffix in found)


def settings(dump: str) -> tuple[str, ...]:
    """Those lines of ``apt-config dump`` that builds need too; a proxy on the host's loopback is left out."""
    kept = []
    for raw in dump.splitlines():
        match = _SETTING.match(raw.strip())
        if not match or not _KEPT.match(match[1]) or not match[2]:
            continue
        if "::proxy" in match[1].lower() and match[2] != "DIRECT" and is_loopback(match[2]):
            continue
        kept.append(match[0])
    return tuple(kept)


def host_settings() -> tuple[str, ...]:
    """The host's own, by :func:`settings`; empty on hosts without apt. Runs ``apt-config``: call it in a thread."""
    try:
        done = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return settings(done.stdout)


def codename(root: Path = Path("/")) -> str:
    """The host's ``VERSION_CODENAME`` (``bookworm``), empty where there is none."""
    return _os_release(root).get("VERSION_CODENAME", "")


def _os_release(root: Path) -> Mapping[str, str]:
    try:
        text = (root / "etc/os-release").read_text("utf-8", "replace")
    except OSError:
        return {}
    pairs = (raw.partition("=") for raw in text.splitlines() if "=" in raw)
    return {name.strip(): value.strip().strip("\"'") for name, _, value in pairs}


def _fields(stanza: str) -> dict[str, str]:
    """Field names in lower case. A key inside Signed-By keeps its lines; a dot stands for an empty one."""
    fields: dict[str, str] = {}
    name = ""
    for raw in stanza.splitlines():
        if raw.startswith("#"):
            continue
        if raw[:1].isspace() and name:
            fields[name] += "\n" + ("" if raw.strip() == "." else raw.strip())
        elif ":" in raw:
            name, _, value = raw.partition(":")
            name = name.strip().lower()
            fields[name] = value.strip()
    return fields


def _split(suite: str) -> tuple[str, str]:
    """``trixie-security`` as (``trixie``, ``-security``); other suffixes stay in the name and match nothing."""
    for suffix in _SUFFIXES[1:]:
        if suite.endswith(suffix):
            return suite.removesuffix(suffix), suffix
    return suite, ""


def _usable(entry: Entry) -> bool:
    """Whether a container can use it: files and discs of the host are not in there, nor is its loopback. A key written
    into the sources themselves (instead of a path) has no one-line form."""
    reachable = urlsplit(entry.uri).scheme in {"http", "https"} and not is_loopback(entry.uri)
    return reachable and "main" in entry.components and "\n" not in entry.signed_by


def _is_archive(entry: Entry) -> bool:
    """Whether it is the distribution's own: other vendors' repositories are signed by keys of theirs."""
    return not entry.signed_by or ARCHIVE_KEYS in entry.signed_by


def _resolved(uri: str, root: Path) -> str:
    """The first address of a ``mirror+file:`` list (as cloud images have them); anything else as it is."""
    if not uri.startswith("mirror+file:"):
        return uri
    listed = root / urlsplit(uri).path.lstrip("/")
    try:
        lines = listed.read_text("utf-8", "replace").splitlines()
    except OSError:
        return uri
    return next((line.split()[0] for line in lines if line.strip() and not line.startswith("#")), uri)
