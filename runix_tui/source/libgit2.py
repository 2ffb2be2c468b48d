"""libgit2, set up for strangers' repositories: the only module that reaches below pygit2's public face.

What is prevented here: the user's and the system's git configuration (``url.*.insteadOf``, helpers, templates) is not
read; an ssh host's key that known_hosts does not know is refused (pygit2 itself lets it pass); credentials are offered
only to the server that asks *and* that they were given for, also behind a redirect; a silent peer times out; a callback
ends the transfer when its caller went away or a bound is reached. The settings are libgit2's own: one set a process.
"""

import ctypes
import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pygit2
from pygit2 import callbacks as pygit2_callbacks
from pygit2.enums import ConfigLevel, CredentialType, Option
from pygit2.ffi import C, ffi

from runix_tui.errors import InvalidRequest, SourceError
from runix_tui.source import faults, known_hosts
from runix_tui.source.credentials import Credentials, Offer, Userinfo
from runix_tui.source.ssh import home_of, known_hosts_lines
from runix_tui.source.urls import Address, is_loopback, parse
from runix_tui.source.worker import Stop

CONNECT_TIMEOUT = 10.0  # seconds
PROGRESS = 3.0  # seconds between lines of a long transfer
SILENCE = 30.0  # seconds: git servers send a sign of life every 5 s while they pack

_CERT_SSH = 2  # GIT_CERT_HOSTKEY_LIBSSH2
_MAX_KEY = 64 * 1024


class _HostKey(ctypes.Structure):
    """``git_cert_hostkey`` of libgit2 1.2 and later (include/git2/cert.h); pygit2 declares only its beginning."""

    _fields_ = (
        ("cert_type", ctypes.c_int),
        ("type", ctypes.c_int),
        ("md5", ctypes.c_ubyte * 16),
        ("sha1", ctypes.c_ubyte * 20),
        ("sha256", ctypes.c_ubyte * 32),
        ("raw_type", ctypes.c_int),
        ("hostkey", ctypes.c_void_p),
        ("hostkey_len", ctypes.c_size_t),
    )


_lock = threading.Lock()
_configured: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach one repository: as whom, within which bounds. ``strangers``: a repository named the address."""

    address: Address
    credentials: Credentials
    environ: Mapping[str, str] = field(repr=False)
    userinfo: Userinfo | None
    max_bytes: int
    strangers: bool = False
    say: Callable[[str], None] = field(default=lambda _: None, repr=False)


def configure(environ: Mapping[str, str], *, timeout: float, ca_bundle: Path | None = None) -> None:
    """Set libgit2 up. ``timeout`` of a fetch, in seconds. Raises ``SourceError`` for a CA bundle that can't be read."""
    global _configured  # noqa: PLW0603 - libgit2's settings are the process' own
    bundles = [environ.get("GIT_SSL_CAINFO"), environ.get("SSL_CERT_FILE"), str(ca_bundle) if ca_bundle else None]
    wanted = (str(home_of(environ)), timeout, *bundles, environ.get("SSL_CERT_DIR"))
    with _lock:
        if wanted == _configured:
            return
        for level in (ConfigLevel.SYSTEM, ConfigLevel.XDG, ConfigLevel.GLOBAL):
            pygit2.settings.search_path[level] = ""
        # A folder that the user names may be another user's: nothing in it is executed, so reading it is no danger.
        pygit2.option(Option.SET_OWNER_VALIDATION, False)
        pygit2.option(Option.SET_HOMEDIR, wanted[0])
        pygit2.option(Option.SET_SERVER_CONNECT_TIMEOUT, int(min(CONNECT_TIMEOUT, timeout) * 1000))
        pygit2.option(Option.SET_SERVER_TIMEOUT, int(min(SILENCE, timeout) * 1000))
        for bundle in filter(None, bundles):
            _trust(bundle, None)
        if folder := environ.get("SSL_CERT_DIR"):
            _trust(None, folder)
        _listen_closely()
        _configured = wanted


def _trust(file: str | None, folder: str | None) -> None:
    try:
        pygit2.option(Option.SET_SSL_CERT_LOCATIONS, file, folder)
    except pygit2.GitError as error:
        raise SourceError(
            f"the CA bundle {file or folder} cannot be read",
            hint="Correct SSL_CERT_FILE, SSL_CERT_DIR, GIT_SSL_CAINFO or build.ca_bundle.",
            code="ca_bundle",
        ) from error


def _listen_closely() -> None:
    """Have two of pygit2's C callbacks say more: the raw ssh key, and progress text that is not UTF-8."""
    check: Any = pygit2_callbacks._certificate_check_cb

    def certificate(cert: Any, valid: int, host: Any, payload: Any) -> int:
        if cert.cert_type == _CERT_SSH:
            ffi.from_handle(payload).host_key = _raw_key(cert)
        return int(check(cert, valid, host, payload))

    def sideband(_text: Any, _length: int, payload: Any) -> int:
        data = ffi.from_handle(payload)
        try:
            data.stop.check()
        except BaseException as error:  # noqa: BLE001 - C cannot carry it: pygit2 raises it after the call
            data._stored_exception = error
            return int(C.GIT_EUSER)
        return 0

    # error=-1: what a failing callback answers must never be "go on", which is 0
    ffi.def_extern(name="_certificate_check_cb", error=-1)(certificate)
    ffi.def_extern(name="_sideband_progress_cb", error=-1)(sideband)


def _raw_key(cert: Any) -> bytes:
    """The server's raw public key; empty when libgit2's structure is not the one that is known here."""
    key = _HostKey.from_address(int(ffi.cast("uintptr_t", cert)))
    if not key.hostkey or not 0 < key.hostkey_len <= _MAX_KEY:
        return b""
    raw = ctypes.string_at(key.hostkey, key.hostkey_len)
    return raw if hashlib.sha256(raw).digest() == bytes(key.sha256) else b""


class Callbacks(pygit2.RemoteCallbacks):
    """What libgit2 asks during one transfer. ``address`` is where it was really sent to (an ssh alias resolved)."""

    host_key = b""

    def __init__(self, access: Access, stop: Stop) -> None:
        super().__init__()
        self.stop = stop
        self.address = access.address
        self._access = access
        self._port = access.address.origin[2]
        self._offers: dict[tuple[str, str, int], Iterator[Offer]] = {}
        self._tried: list[str] = []
        self._said = time.monotonic()
        self._notes: list[str] = []
        if access.address.scheme == "ssh":
            host, offers, self._notes = access.credentials.keys(access.address, access.userinfo)
            self.address, self._port = host.address, host.address.origin[2]
            self._offers[host.address.origin] = iter(offers)

    @property
    def fetch_options(self) -> Any:
        """pygit2 puts its options here before each fetch."""
        return self._fetch_options

    @fetch_options.setter
    def fetch_options(self, options: Any) -> None:
        options.update_fetchhead = 0
        options.download_tags = C.GIT_REMOTE_DOWNLOAD_TAGS_NONE
        self._fetch_options = options

    def credentials(
        self, url: str, username_from_url: str | None, allowed_types: CredentialType
    ) -> pygit2.UserPass | pygit2.Keypair | pygit2.Username:
        """The next offer for the server that asks, which a redirect may have made another one than was named."""
        self.stop.check()
        address = self._asker(url)
        if allowed_types & CredentialType.USERNAME:
            return pygit2.Username(address.user or "git")
        offers = self._offers.setdefault(
            address.origin, self._access.credentials.passwords(address, self._access.userinfo)
        )
        for offer in offers:
            if fitting := _as_pygit2(offer, allowed_types):
                self._tried.append(offer.label)
                return fitting
        notes = [*self._notes, *self._access.credentials.missing(address)]
        raise faults.needs_credentials(address, self._tried, notes)

    def certificate_check(self, certificate: None, valid: bool, host: bytes) -> bool:
        """TLS: as the library says. ssh: as known_hosts says. Strangers' addresses lead away from this machine."""
        self.stop.check()
        name = host.decode("ascii", "replace").lower()
        if self._access.strangers and is_loopback(name):
            raise faults.unsafe(str(self._access.address), "a submodule leads to this machine itself")
        if self.address.scheme == "ssh":
            self._check_host_key(name)
            return True
        return valid

    def transfer_progress(self, stats: Any) -> None:
        """End the transfer when it is too large, or nobody waits for it any more."""
        self.stop.check()
        if stats.received_bytes > self._access.max_bytes:
            raise faults.too_large("the repository", f"{self._access.max_bytes // 1024**2} MiB")
        if time.monotonic() - self._said > PROGRESS:
            self._said = time.monotonic()
            part = f"{stats.received_objects} of {stats.total_objects} objects"
            self._access.say(f"Receiving {part}, {stats.received_bytes / 1024**2:.1f} MiB")

    def _asker(self, url: str) -> Address:
        if self.address.scheme == "ssh":
            return self.address  # ssh knows no redirects
        try:
            return parse(url)[0]
        except InvalidRequest as error:
            raise faults.needs_credentials(self.address) from error

    def _check_host_key(self, host: str) -> None:
        key = self.host_key
        verdict = known_hosts.check(known_hosts_lines(self._access.environ), host, self._port, key)
        if not key or verdict is not known_hosts.Verdict.KNOWN:
            raise _stranger(host, self._port, key, verdict)


def _as_pygit2(offer: Offer, allowed: CredentialType) -> pygit2.UserPass | pygit2.Keypair | None:
    if offer.password is not None:
        plain = allowed & CredentialType.USERPASS_PLAINTEXT
        return pygit2.UserPass(offer.user, offer.password.reveal()) if plain else None
    if not allowed & CredentialType.SSH_KEY:
        return None
    if offer.key is None:
        return pygit2.KeypairFromAgent(offer.user)
    return pygit2.Keypair(offer.user, None, str(offer.key), "")


def _stranger(host: str, port: int, key: bytes, verdict: known_hosts.Verdict) -> SourceError:
    name = f"{host}:{port}" if port != 22 else host
    shown = f"{known_hosts.key_type(key)} {known_hosts.fingerprint(key)}" if key else "a key that could not be read"
    scan = f"ssh-keyscan {f'-p {port} ' if port != 22 else ''}{host}"
    if verdict is known_hosts.Verdict.UNKNOWN:
        return SourceError(
            f"the ssh key of {name} is not known: {shown}",
            hint=f"Compare it with what the host's owner publishes, then: {scan} >> ~/.ssh/known_hosts",
            code="host_key_unknown",
        )
    return SourceError(
        f"the ssh key of {name} is not the one in known_hosts ({verdict}): {shown}",
        hint=f"Someone may be in between. If the host's owner changed it: ssh-keygen -R {host}, then {scan}",
        code="host_key_changed",
    )
