"""What a user may write as ``repo_url``: parsed, refused with a reason, and written the one normal way. Pure.

Nothing here touches a disk or a network. Messages never repeat what was written: it may hold a password.
"""

import ipaddress
import posixpath
import re
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote

from runix_tui.core.secret import Secret
from runix_tui.errors import InvalidRequest

FIELD = "repo_url"
MAX_LENGTH = 2048
DEFAULT_PORTS = {"https": 443, "http": 80, "ssh": 22}
FORMS = "Write https://host/owner/repo, ssh://git@host/owner/repo, git@host:owner/repo, or an absolute folder."

_SCHEMES = {"https": "https", "http": "http", "ssh": "ssh", "git+ssh": "ssh", "ssh+git": "ssh", "file": "file"}
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://(.*)", re.DOTALL)
_SCP = re.compile(r"(?:([^/@:\[\]]*)@)?(\[[^\]]*\]|[^/:@\[\]]+):(.*)", re.DOTALL)
_HOST = re.compile(r"[a-z0-9_]([a-z0-9._-]*[a-z0-9_.])?")
_USER = re.compile(r"[A-Za-z0-9_.~+][A-Za-z0-9_.~+@%-]*")
_HELPER = re.compile(r"[A-Za-z0-9_+.-]*::")
_ENCODED_CONTROL = re.compile(r"%(0[0-9a-f]|1[0-9a-f]|7f)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a repository is, without any password. ``str()`` is the normal way to write it.

    ``scheme`` is ``https``, ``http``, ``ssh`` or ``file``; ``port`` is None for the scheme's own. ``scp``: the short
    ssh form, whose path is relative to the account's home unless it begins with ``/``. ``folder``: written as a path.
    """

    scheme: str
    host: str
    path: str
    port: int | None = None
    user: str = ""
    scp: bool = False
    folder: bool = False

    def __str__(self) -> str:
        if self.folder:
            return self.path
        if self.scheme == "file":
            return "file://" + quote(self.path, safe="/~@:+,!$&'()*;=")
        user = f"{self.user}@" if self.user else ""
        host = f"[{self.host}]" if ":" in self.host else self.host
        if self.scp:
            return f"{user}{host}:{self.path}"
        port = f":{self.port}" if self.port else ""
        return f"{self.scheme}://{user}{host}{port}{self.path}"

    @property
    def local(self) -> bool:
        """Whether it is on this machine's disk."""
        return self.scheme == "file"

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port: what a credential is given for."""
        return self.scheme, self.host, self.port or DEFAULT_PORTS.get(self.scheme, 0)

    def relative(self, reference: str) -> "Address":
        """The address that ``./x`` or ``../x`` means from here. Raises ``InvalidRequest`` when it climbs too far."""
        absolute = self.path.startswith("/")
        path = posixpath.normpath(posixpath.join(self.path, reference))
        climbs = self.path.strip("/").count("/") + 1 < posixpath.normpath(reference).split("/").count("..")
        if climbs or path in {"/", "."} or path.startswith("../") or path.startswith("/") != absolute:
            raise _refuse("a relative address leads above the host's top", FORMS)
        return replace(self, path=path)


def parse(text: str) -> tuple[Address, Secret | None]:
    """``repo_url`` as an address and, kept apart, its user info as written (``user:password``, percent-encoded).

    An ssh user name alone is part of the address, not a secret. Raises ``InvalidRequest`` on ``repo_url``.
    """
    text = text.strip(" ")
    _check_text(text)
    if match := _URL.fullmatch(text):
        return _parse_url(match[1].lower(), match[2])
    if text.startswith("/"):
        return _local(text, folder=True), None
    if match := _SCP.fullmatch(text):
        return _parse_scp(match[1] or "", match[2], match[3]), None
    raise _refuse("is not an address of a repository", _hint_for(text))


def is_loopback(host: str) -> bool:
    """Whether a host's name or number says that it is this machine (no look-up is made)."""
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith((".localhost", ".localdomain")):
        return True
    try:
        return not_public_enough(ipaddress.ip_address(name))
    except ValueError:
        # 127.1, 2130706433, 0x7f000001: forms that only a C library reads as numbers
        return re.fullmatch(r"(0x[0-9a-f]+|[0-9]+)(\.(0x[0-9a-f]+|[0-9]+))*", name) is not None


def not_public_enough(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """This machine itself, or the link's own addresses (where clouds keep their metadata)."""
    mapped = getattr(address, "ipv4_mapped", None) or address
    return mapped.is_loopback or mapped.is_unspecified or mapped.is_link_local or mapped.is_multicast


def _check_text(text: str) -> None:
    if not text:
        raise _refuse("is empty", FORMS)
    if len(text) > MAX_LENGTH:
        raise _refuse(f"is longer than {MAX_LENGTH} characters", FORMS)
    if not text.isprintable():
        raise _refuse("has control characters", "Copy the address again, without line breaks.")
    if text.startswith("-"):
        raise _refuse("begins with '-', like an option of a command", FORMS)
    if _HELPER.match(text):
        raise _refuse("names an external transport, which would run a command", FORMS)


def _parse_url(scheme: str, rest: str) -> tuple[Address, Secret | None]:
    if scheme not in _SCHEMES:
        known = "git: is neither encrypted nor authenticated" if scheme == "git" else f"{scheme}: is not supported"
        raise _refuse(known, FORMS)
    if _ENCODED_CONTROL.search(rest):
        raise _refuse("has control characters", "Copy the address again, without line breaks.")
    authority, slash, path = rest.partition("/")
    if _SCHEMES[scheme] == "file":
        if authority.lower() not in {"", "localhost"}:
            raise _refuse("file: names another machine", "Write file:///absolute/folder.")
        return _local(_unquote(slash + path), folder=False), None
    return _network(_SCHEMES[scheme], authority, slash + path)


def _network(scheme: str, authority: str, path: str) -> tuple[Address, Secret | None]:
    userinfo, _, hostport = authority.rpartition("@")
    host, port = _host_and_port(hostport, scheme)
    path = _network_path(path, scheme)
    if scheme == "ssh":
        user, _, password = userinfo.partition(":")
        secret = Secret(userinfo) if password else None
        return Address("ssh", host, path, port, _ssh_user(user)), secret
    if userinfo and scheme == "http" and not is_loopback(host):
        raise _refuse("http: would send the password readable by all", "Use https.")
    return Address(scheme, host, path, port), Secret(userinfo) if userinfo.strip(":") else None


def _parse_scp(user: str, host: str, path: str) -> Address:
    if re.search(r"@[^/]*:", path):
        raise _refuse("has a password in the short ssh form", "Write ssh://user@host/path, and use a key.")
    if "\\" in host:
        raise _refuse("is not an address of a repository", FORMS)
    if len(host) == 1 and not user and path.startswith(("/", "\\")):
        raise _refuse("is not an absolute folder of this system", FORMS)
    name, _ = _host_and_port(host, "ssh")
    absolute = path.startswith("/")
    clean = _network_path(path if absolute else f"/{path}", "ssh")
    return Address("ssh", name, clean if absolute else clean[1:], None, _ssh_user(user), scp=True)


def _host_and_port(text: str, scheme: str) -> tuple[str, int | None]:
    if not text.startswith("["):
        host, _, port = text.partition(":")
        return _host(host), _port(port, scheme)
    number, closed, rest = text[1:].partition("]")
    try:
        host = ipaddress.IPv6Address(number).compressed
    except ValueError:
        host = ""
    if not host or not closed or (rest and not rest.startswith(":")):
        raise _refuse("has a malformed IPv6 address", FORMS)
    return host, _port(rest.removeprefix(":"), scheme)


def _host(text: str) -> str:
    if not text:
        raise _refuse("names no host", FORMS)
    if text.startswith("-"):
        raise _refuse("has a host that begins with '-', like an option of a command", FORMS)
    try:
        host = text.lower() if text.isascii() else text.encode("idna").decode("ascii")
    except UnicodeError:
        raise _refuse("has a host name that is not one", FORMS) from None
    if len(host) > 253 or ".." in host or not _HOST.fullmatch(host):
        raise _refuse("has a host name that is not one", FORMS)
    return host


def _port(text: str, scheme: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and 0 < int(text) < 65536):
        raise _refuse("has a port that is not a number from 1 to 65535", FORMS)
    return int(text) if int(text) != DEFAULT_PORTS[scheme] else None


def _network_path(path: str, scheme: str) -> str:
    clean = path.rstrip("/")
    if not clean.strip("/"):
        raise _refuse("names a host but no repository", FORMS)
    if clean.lstrip("/").startswith("-"):
        raise _refuse("has a path that begins with '-', like an option of a command", FORMS)
    if scheme != "ssh" and ("?" in clean or "#" in clean):
        raise _refuse("has a query or fragment", "Copy the repository's clone address; name a branch in `branch`.")
    if " " in clean or "\\" in clean:
        raise _refuse("has spaces or backslashes", "Write a space as %20.")
    return clean


def _ssh_user(user: str) -> str:
    if user and not _USER.fullmatch(user):
        raise _refuse("has a user name that is not one", FORMS)
    return user


def _local(path: str, *, folder: bool) -> Address:
    if not path.startswith("/"):
        raise _refuse("is not an absolute folder", "Write file:///absolute/folder.")
    clean = "/" + re.sub(r"/+", "/", path).strip("/")
    if clean == "/" or posixpath.normpath(clean) == "/":
        raise _refuse("is the root of the file system", "Name the folder of one app.")
    return Address("file", "", clean, folder=folder)


def _unquote(text: str) -> str:
    try:
        clean = unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise _refuse("has a path that is not UTF-8", FORMS) from None
    _check_text(clean)
    return clean


def _hint_for(text: str) -> str:
    if text.startswith(("~", ".")):
        return "Write the folder's absolute path; the command line does that for you."
    if re.match(r"[\w-]+(\.[\w-]+)+/", text):
        return "Begin it with https://."
    return FORMS


def _refuse(message: str, hint: str) -> InvalidRequest:
    return InvalidRequest.of(FIELD, message, hint=hint)
