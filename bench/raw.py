"""The same steps by hand: the commands ``podman`` and ``git``, under the limits and settings that Runix uses."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from bench.home import Home, await_answer

BUILD_LIMITS = ("--cpu-period", "100000", "--cpu-quota", "200000", "--memory", "4g")  # config.toml's defaults
HARDENING = ("--cap-drop", "all", "--security-opt", "no-new-privileges", "--tmpfs", "/tmp", "--log-driver", "k8s-file")


class Raw:
    """Podman's command line on the engine settings of ``home``: same storage, OCI runtime and network backend."""

    def __init__(self, home: Home) -> None:
        self.environ = os.environ | {"CONTAINERS_CONF": str(home.conf)}

    def podman(self, *words: str) -> str:
        """One command's output."""
        done = subprocess.run(
            ["podman", *words], env=self.environ, capture_output=True, text=True, check=False, timeout=600
        )
        if done.returncode:
            raise RuntimeError(f"podman {' '.join(words)}: {done.stderr}")
        return done.stdout.strip()

    def build_command(self, context: Path, dockerfile: Path, tag: str) -> list[str]:
        """``podman build`` as one would type it, layers cached, in a private network."""
        flags = ["--format", "docker", "--layers", "--network", "private", "--pull=never", *BUILD_LIMITS]
        return ["podman", "build", *flags, "--file", str(dockerfile), "--tag", tag, str(context)]

    def build(self, context: Path, dockerfile: Path, tag: str) -> None:
        """Build an image."""
        self.podman(*self.build_command(context, dockerfile, tag)[1:])

    def like(self, deployment_id: str) -> "Recipe":
        """What Runix's own container of a deployment is made of."""
        wanted = ("--filter", f"label=dev.runix.deployment={deployment_id}", "--format", "{{.ID}}")
        container = self.podman("ps", *wanted).splitlines()[0]
        return Recipe(self, json.loads(self.podman("inspect", container))[0])

    def remove(self, container: str) -> None:
        """Kill and remove."""
        self.podman("rm", "--force", "--time", "0", container)


class Recipe:
    """``podman run`` with the limits, network, environment and command of another container."""

    def __init__(self, raw: Raw, model: dict[str, Any]) -> None:
        host = model["HostConfig"]
        self._raw = raw
        self._network = next(iter(model["NetworkSettings"]["Networks"]))
        env = dict(entry.split("=", 1) for entry in model["Config"]["Env"])
        self._port = int(env["PORT"])
        self._flags = [
            *("--cpu-period", str(host["CpuPeriod"]), "--cpu-quota", str(host["CpuQuota"])),
            *("--memory", str(host["Memory"]), "--pids-limit", str(host["PidsLimit"])),
            *("--network", self._network, *HARDENING, "--env", f"PORT={self._port}", "--env", "HOST=0.0.0.0"),
        ]

    def run(self, image: str) -> str:
        """Start a container, not waiting for anything; gives its id."""
        return self._raw.podman("run", "--detach", "--pull=never", *self._flags, image)

    def address(self, container: str) -> tuple[str, int]:
        """Where it answers on its bridge."""
        networks = json.loads(self._raw.podman("inspect", container))[0]["NetworkSettings"]["Networks"]
        return networks[self._network]["IPAddress"], self._port

    def await_answer(self, container: str) -> None:
        """Until its port answers."""
        await_answer(*self.address(container), "localhost")
