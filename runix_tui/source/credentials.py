"""Which credentials may be offered to which server: those given for exactly its scheme, host and port, and no others.

Passwords come from the user info of the address, from a token named in config.toml, or from git's credential store, in
this order. The store's file is read directly: no helper process runs, nobody is asked. For ssh see :mod:`.ssh`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from runix_tui.config import Git, GitCredential
from runix_tui.core.secret import Secret
from runix_tui.source.ssh import Host, home_of, host_for, needs_passphrase
from runix_tui.source.urls import DEFAULT_PORTS, Address, is_loopback

MAX_FILE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Offer:
    """Something to prove who asks: a password, a private key's file, or (neither) what ssh-agent holds."""

    label: str  # for people; never the secret
    user: str
    password: Secret | None = None
    key: Path | None = None


@dataclass(frozen=True, slots=True)
class Userinfo:
    """User info of an address (``user:password``, percent-encoded), and the address that it was given for."""

    address: Address
    value: Secret


class Credentials:
    """All that this user has for git servers. ``config`` is ``[git]`` of config.toml."""

    def __init__(self, config: Git, environ: Mapping[str, str]) -> None:
        self._config = config
        self._environ = environ

    def passwords(self, address: Address, userinfo: Userinfo | None) -> Iterator[Offer]:
        """What may be offered to a web server, best first."""
        if userinfo and userinfo.address.origin == address.origin:
            yield _from_userinfo(userinfo.value)
        if address.scheme == "https" or is_loopback(address.host):
            for name, given in self._configured(address):
                if token := _token(given, self._environ):
                    yield Offer(f"the token of {name} in config.toml", given.username, Secret(token))
        for user, password, file in self._stored(address):
            yield Offer(f"the password kept in {self._shown(file)}", user, Secret(password))

    def keys(self, address: Address, userinfo: Userinfo | None) -> tuple[Host, list[Offer], list[str]]:
        """For an ssh server: how to reach it, what may be offered, best first, and notes on what could not be.

        Raises ``SourceError`` for a host that libgit2 cannot reach.
        """
        host = host_for(address, self._environ)
        user = host.address.user
        usable = [key for key in host.keys if not needs_passphrase(key)]
        offers = [Offer(f"the key {self._shown(key)}", user, key=key) for key in usable]
        if host.agent:
            agent = Offer("the keys of ssh-agent", user)
            offers = [*offers, agent] if host.named else [agent, *offers]
        if userinfo and userinfo.address.origin == address.origin:
            password = _from_userinfo(userinfo.value).password
            offers.insert(0, Offer("the address' password", user, password))
        locked = [
            f"{self._shown(key)} needs a passphrase: load it with ssh-add" for key in host.keys if key not in usable
        ]
        return host, offers, locked

    def missing(self, address: Address) -> list[str]:
        """Why what config.toml names for this host gives nothing, for an error's evidence."""
        return [
            f"${given.token_env} is not set" if given.token_env else f"{given.token_file} holds no token"
            for _, given in self._configured(address)
            if not _token(given, self._environ)
        ]

    def _shown(self, file: Path) -> str:
        """A file as its owner writes it: messages have no room for a long path to the home."""
        home = home_of(self._environ)
        return f"~/{file.relative_to(home)}" if file.is_relative_to(home) else str(file)

    def _configured(self, address: Address) -> list[tuple[str, GitCredential]]:
        names = (f"{address.host}:{address.origin[2]}", address.host)
        return [(name, self._config.credentials[name]) for name in names if name in self._config.credentials]

    def _stored(self, address: Address) -> Iterator[tuple[str, str, Path]]:
        home = home_of(self._environ)
        xdg = Path(self._environ.get("XDG_CONFIG_HOME") or home / ".config")
        for file in (home / ".git-credentials", xdg / "git/credentials"):
            for line in _read(file).splitlines():
                if entry := _stored_for(line.strip(), address):
                    yield *entry, file


def _from_userinfo(value: Secret) -> Offer:
    user, _, password = value.reveal().partition(":")
    return Offer("the user info of the address", unquote(user), Secret(unquote(password)))


def _token(given: GitCredential, environ: Mapping[str, str]) -> str:
    if given.token_env and (token := environ.get(given.token_env, "").strip()):
        return token
    return _read(given.token_file.expanduser()).strip() if given.token_file else ""


def _stored_for(line: str, address: Address) -> tuple[str, str] | None:
    """User and password of a line ``https://user:password@host[:port][/path]``, when it is meant for this address."""
    try:
        url = urlsplit(line)
        origin = url.scheme, (url.hostname or "").lower(), url.port or DEFAULT_PORTS.get(url.scheme, 0)
    except ValueError:
        return None
    path = url.path.rstrip("/")
    if origin != address.origin or url.username is None or url.password is None:
        return None
    if path and path.removesuffix(".git") != address.path.removesuffix(".git"):
        return None
    return unquote(url.username), unquote(url.password)


def _read(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            return stream.read(MAX_FILE).decode("utf-8", "replace")
    except OSError:
        return ""
