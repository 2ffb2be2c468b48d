"""What base images are made of, as Dockerfile text. Pure; ``bases.py`` decides when one is made.

A base keeps what a registry's image of the same runtime promises, and no more: the programs on PATH, ``/bin/sh``, apt.
No user is made: services run as a number (10001) that needs no entry anywhere.
"""

import hashlib
import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field

from runix_tui.core.bases import BaseImage
from runix_tui.engine import ca

ARCHITECTURES = {"x86_64": "x64", "aarch64": "arm64"}  # this machine's, as Node.js names it
HOST_CA = "/etc/ssl/certs/ca-certificates.crt"
_CLEAN = "rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/*-old /var/log/apt /var/log/dpkg.log"
_INSTALL = "apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends"


@dataclass(frozen=True, slots=True)
class Recipe:
    """A Dockerfile and the files (name → content) that it copies."""

    dockerfile: str
    files: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Changes with the recipe: an image with another one is made anew."""
        facts = [self.dockerfile, sorted((name, content.decode()) for name, content in self.files.items())]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


def run_recipe(base: BaseImage, root: str) -> Recipe:
    """The run variant, on a bare root of its suite."""
    lines = [*_node(base, root), f"FROM {root}", "ENV LANG=C.UTF-8"]
    if base.packages:
        lines.append(f"RUN {_INSTALL} {' '.join(base.packages)} && {_CLEAN}")
    if base.node_package:
        lines.append("COPY --from=node /out/run/ /")
    return Recipe(_text(lines))


def build_recipe(base: BaseImage, run: str, trust: ca.Trust, apt_settings: str, root: str | None) -> Recipe:
    """The build variant, on the run variant: compilers, headers, the host's CAs and apt settings. ``root`` is what the
    run variant was made on by :func:`run_recipe`, None when it came from a registry."""
    files = _authorities(trust)
    headers = _node(base, root) if root else []
    lines = [*headers, f"FROM {run}", "USER 0"]
    if apt_settings:
        files["apt.conf"] = apt_settings.encode()
        lines.append("COPY apt.conf /etc/apt/apt.conf.d/90runix-host")
    if trust:
        lines.append("COPY *.crt /usr/local/share/ca-certificates/")
    packages = " ".join(dict.fromkeys(("ca-certificates", *base.build_packages)))
    lines.append(f"RUN {_INSTALL} {packages} && {_UPDATE_CA if trust else ''}{_CLEAN}")
    lines += _environment(trust)
    if headers:
        lines += ["COPY --from=node /out/build/ /", "ENV npm_config_nodedir=/usr/local"]
    return Recipe(_text(lines), files)


def trusting_recipe(run: str, trust: ca.Trust) -> Recipe:
    """The run variant with the host's CAs left in, for those who ask for it (``build.keep_ca``)."""
    lines = [f"FROM {run}", "USER 0", "COPY *.crt /usr/local/share/ca-certificates/"]
    lines.append(f"RUN {_INSTALL} ca-certificates && {_UPDATE_CA}{_CLEAN}")
    return Recipe(_text([*lines, *_environment(trust)]), _authorities(trust))


_UPDATE_CA = "update-ca-certificates && "


def _authorities(trust: ca.Trust) -> dict[str, bytes]:
    return {f"runix-{number}.crt": cert.encode() for number, cert in enumerate(trust.extra, 1)}


def _environment(trust: ca.Trust) -> list[str]:
    pairs = " ".join(f"{name}={HOST_CA}" for name in ca.VARIABLES)
    return [f"ENV {pairs}"] if trust else []


def _node(base: BaseImage, root: str) -> list[str]:
    """A stage that fetches Node.js and npm with the distribution's own npm: ``/out/run`` is what services need,
    ``/out/build`` the headers that native modules are compiled with."""
    if not base.node_package:
        return []
    node, *npm = base.node_package.replace("-x64@", f"-{ARCHITECTURES.get(platform.machine(), 'x64')}@").split()
    modules = "/out/run/usr/local/lib/node_modules"
    fetch_npm = [
        f"RUN cd /tmp && npm pack --silent {package} && mkdir -p {modules}/npm /out/run/usr/local/bin && "
        f"tar -xzf npm-*.tgz --strip-components=1 -C {modules}/npm && "
        "ln -s ../lib/node_modules/npm/bin/npm-cli.js /out/run/usr/local/bin/npm && "
        "ln -s ../lib/node_modules/npm/bin/npx-cli.js /out/run/usr/local/bin/npx"
        for package in npm
    ]
    return [
        f"FROM {root} AS node",
        f"RUN {_INSTALL} ca-certificates npm && {_CLEAN}",
        f"RUN cd /tmp && npm pack --silent {node} && mkdir -p /out/run/usr/local /out/build/usr/local && "
        "tar -xzf node-linux-*.tgz --strip-components=1 -C /out/run/usr/local package/bin && "
        "tar -xzf node-linux-*.tgz --strip-components=1 -C /out/build/usr/local package/include",
        *fetch_npm,
    ]


def _text(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"
