"""The CAs that this host trusts beyond its distribution's own, as a value.

For whoever writes Dockerfiles (``plan/dockerfile.py``): **write nothing about CAs, proxies, apt settings or secrets.**
A plain ``RUN apt-get update && apt-get install -y --no-install-recommends libpq5 && rm -rf /var/lib/apt/lists/*`` works
in every stage, also in the final one that starts from a clean base. How:

- The *build* variant of a base has the CAs installed (``update-ca-certificates``) and names them in its environment
  (:data:`VARIABLES`). Nothing of it reaches the final stage, which starts from the *run* variant.
- Every other stage, also of a repository's own Dockerfile, is instrumented by the Builder before the engine sees it
  (``instrument.py``): each RUN gets the bundle and apt's settings as read-only secret mounts under ``/run``, and the
  stage gets one ``ARG`` line that names them. Secret mounts are no part of a layer; args are no part of an image's
  environment. What stays is the names in ``podman history``: ``ARG SSL_CERT_FILE=/run/runix-ca.crt``, without content.

Mounts through ``volumes=`` in CONTAINERS_CONF would reach builds as well, but also every running service, and no engine
that Runix did not start: not used. Only reading and comparing here; nothing of this module asks the engine.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from runix_tui.errors import ConfigError

VARIABLES = (
    "SSL_CERT_FILE",  # OpenSSL, Go, uv, Ruby, PHP
    "PIP_CERT",
    "REQUESTS_CA_BUNDLE",  # Python's requests, poetry
    "CURL_CA_BUNDLE",
    "GIT_SSL_CAINFO",
    "NODE_EXTRA_CA_CERTS",  # npm, pnpm, yarn, node itself
    "CARGO_HTTP_CAINFO",
)
"""What tools read the path of a CA bundle from."""

# Where a distribution keeps its own CAs, one file each (Debian), or all in one file.
_OWN_FOLDER = "usr/share/ca-certificates"
_BUNDLES = (
    "etc/ssl/certs/ca-certificates.crt",  # Debian, Alpine, Arch
    "etc/pki/tls/certs/ca-bundle.crt",  # Fedora
    "etc/ssl/ca-bundle.pem",  # openSUSE
)
# Where an administrator adds one.
_ADDED = ("usr/local/share/ca-certificates", "etc/pki/ca-trust/source/anchors", "etc/pki/trust/anchors")
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----\s*([A-Za-z0-9+/=\s]+?)\s*-----END CERTIFICATE-----")


@dataclass(frozen=True, slots=True)
class Trust:
    """``extra`` are PEM certificates beyond the distribution's own, sorted; ``bundle`` is PEM text of all that this
    host trusts. Both are empty when there is nothing beyond: then images' own CAs are right."""

    extra: tuple[str, ...] = ()
    bundle: str = ""

    @property
    def digest(self) -> str:
        """8 characters that change with the extra CAs; empty without any."""
        return hashlib.sha256("".join(self.extra).encode()).hexdigest()[:8] if self.extra else ""

    def __bool__(self) -> bool:
        return bool(self.extra)


NOTHING = Trust()


def host_trust(environ: Mapping[str, str], ca_bundle: Path | None = None, *, root: Path = Path("/")) -> Trust:
    """What this host trusts: the files that :data:`VARIABLES` name, what an administrator added, and ``ca_bundle`` of
    config.toml. Raises ``ConfigError`` when ``ca_bundle`` cannot be read or holds no certificate."""
    system = [_certificates(root / path) for path in _BUNDLES]
    added = [cert for folder in _ADDED for cert in _folder(root / folder)]
    own = set(_folder(root / _OWN_FOLDER)) or {cert for bundle in system for cert in bundle} - set(added)
    named = [cert for path in _named(environ) for cert in _certificates(path)]
    configured = _configured(ca_bundle)
    extra = sorted({*added, *named, *configured, *(cert for bundle in system for cert in bundle)} - own)
    if not extra:
        return NOTHING
    everything = dict.fromkeys([*(cert for bundle in system for cert in bundle), *sorted(own), *extra])
    return Trust(tuple(extra), "".join(everything))


def _named(environ: Mapping[str, str]) -> list[Path]:
    return [Path(path) for path in dict.fromkeys(environ.get(name, "") for name in VARIABLES) if path]


def _configured(ca_bundle: Path | None) -> list[str]:
    if ca_bundle is None:
        return []
    found = _certificates(ca_bundle.expanduser())
    if not found:
        raise ConfigError(
            f"build.ca_bundle: {ca_bundle} holds no certificate that can be read.",
            hint="Name a file with certificates in PEM form, or take the key out of config.toml.",
        )
    return found


def _folder(folder: Path) -> list[str]:
    return [cert for path in sorted(folder.glob("**/*")) if path.is_file() for cert in _certificates(path)]


def _certificates(path: Path) -> list[str]:
    """The certificates of a PEM file, each in one canonical form; a file that is not there has none."""
    try:
        return pem(path.read_text("ascii", "replace"))
    except OSError:
        return []


def pem(text: str) -> list[str]:
    """The certificates in ``text``, in canonical PEM (64 characters a line), so that equal ones are equal strings."""
    return [_canonical("".join(body.split())) for body in _PEM.findall(text)]


def _canonical(body: str) -> str:
    lines: Iterable[str] = (body[at : at + 64] for at in range(0, len(body), 64))
    return "-----BEGIN CERTIFICATE-----\n" + "\n".join(lines) + "\n-----END CERTIFICATE-----\n"
