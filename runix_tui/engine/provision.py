"""What every build on this host is given, and no image keeps: the CA bundle, apt's settings, proxies.

Read from the host once, made into secrets, mounts and arguments for the engine's build call. ``ca.py`` says for writers
of Dockerfiles why they need not know.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from runix_tui.engine import apt, ca
from runix_tui.engine.instrument import instrument, mount_flag
from runix_tui.engine.proxy import build_proxies

_TARGET_FOLDER = "/run/"  # in every image, so that no folder stays behind
CA_SECRET, CA_TARGET = "runix-ca", f"{_TARGET_FOLDER}runix-ca.crt"
APT_SECRET, APT_TARGET = "runix-apt", f"{_TARGET_FOLDER}runix-apt.conf"
BASES = "localhost/runix-base/"  # where base images of ours are named
RECIPE = "dev.runix.recipe"  # label of a base image: what it was made by, as a digest
BUILD_MARK = "-build"  # in the tag of every build variant


@dataclass(frozen=True, slots=True)
class Provision:
    """``secrets`` are files by their id; ``arguments`` are build arguments that stay nowhere (proxies); ``notes`` are
    lines for the build log; ``trust`` are the host's CAs; ``apt_settings`` is the text of an apt.conf without them."""

    trust: ca.Trust = ca.NOTHING
    secrets: Mapping[str, bytes] = field(default_factory=dict)
    arguments: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    apt_settings: str = ""

    def dockerfile(self, text: str) -> str:
        """``text`` with its RUN steps made ready for the secrets."""
        targets = [(secret, target) for secret, target in _TARGETS.items() if secret in self.secrets]
        return instrument(
            text, mounts=[mount_flag(*each) for each in targets], args=self._variables(), skip=has_everything
        )

    def shown(self, line: str) -> str | None:
        """A line of the engine's log as the Dockerfile's writer expects it; None for steps that Runix added."""
        if _ADDED.match(line):
            return None
        for secret, target in _TARGETS.items():
            line = line.replace(mount_flag(secret, target) + " ", "")
        return line

    def _variables(self) -> dict[str, str]:
        found = dict.fromkeys(ca.VARIABLES, CA_TARGET) if CA_SECRET in self.secrets else {}
        return found | ({"APT_CONFIG": APT_TARGET} if APT_SECRET in self.secrets else {})


_ADDED = re.compile(rf'(?:\[\d+/\d+\] )?STEP \d+/\d+: (LABEL "dev\.runix\.|ARG \w+={_TARGET_FOLDER}runix-)')
_TARGETS = {CA_SECRET: CA_TARGET, APT_SECRET: APT_TARGET}


def provision(environ: Mapping[str, str] = os.environ, ca_bundle: Path | None = None) -> Provision:
    """This host's. Reads files and runs ``apt-config``: call it in a thread. Raises ``ConfigError``."""
    trust = ca.host_trust(environ, ca_bundle)
    proxies = build_proxies(environ)
    secrets = {CA_SECRET: trust.bundle.encode()} if trust else {}
    settings = "".join(f"{line}\n" for line in apt.host_settings())
    if lines := settings + (f'Acquire::https::CAInfo "{CA_TARGET}";\n' if trust else ""):
        secrets[APT_SECRET] = lines.encode()
    return Provision(trust, secrets, proxies.arguments, proxies.notes, settings)


def has_everything(reference: str) -> bool:
    """Whether this base image is a build variant of ours, which has CAs and settings inside."""
    return reference.startswith(BASES) and BUILD_MARK in reference.rpartition(":")[2]
