"""Builds: a folder and a Dockerfile's text in, an image out, through the engine's REST API.

Here is the call itself, its limits and its end, also the early one. What the build may need of the host is made by
``provision.py``, the context by ``context.py``, what the answer means by ``buildlog.py``. Which Dockerfile may be built
at all is policy's business, and was decided before.
"""

import asyncio
import json
import re
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from runix_tui.core.ports import BuildRequest, Image, LogSink
from runix_tui.engine import cgroups, context
from runix_tui.engine.buildlog import BuildLog, build_error
from runix_tui.engine.connection import Connection
from runix_tui.engine.faults import Refused
from runix_tui.engine.images import Images, short
from runix_tui.engine.instrument import labelled
from runix_tui.engine.networks import Networks
from runix_tui.engine.provision import Provision
from runix_tui.engine.spec import Limits
from runix_tui.engine.sweep import sweep
from runix_tui.errors import BuildError

# Without this format the engine's layer cache is never hit, and HEALTHCHECK is lost.
_FORMAT = "application/vnd.docker.distribution.manifest.v2+json"
_PERIOD = 100_000  # microseconds of the CPU quota's period
_SAFE = re.compile(r"[^A-Za-z0-9_]+")
_OUR_LABEL = re.compile(r"STEP \d+/\d+: LABEL dev\.runix\.")
_BIND_MOUNTS_FIXED = ((4, 9, 4), (5, 0, 1))  # CVE-2024-1753: the fix went into two lines


@dataclass(frozen=True, slots=True)
class Job:
    """What the engine is asked for. ``files`` (name → content) lie beside ``context`` for COPY; without ``context``
    they are all there is. ``memory`` in bytes, ``timeout`` in seconds; without ``layers`` no step is cached, which is
    faster for what is built once."""

    dockerfile: str
    tag: str
    labels: Mapping[str, str]
    layer_labels: Mapping[str, str] = field(default_factory=dict)  # of everything that is kept as cache
    context: Path | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)
    ignore: Sequence[str] = ()
    args: Mapping[str, str] = field(default_factory=dict)
    cpus: float = 2
    memory: int = 4 * 1024**3
    timeout: float = 1800
    build_id: str = ""
    layers: bool = True


def bind_mounts_safe(version: Sequence[int]) -> bool:
    """Whether ``RUN --mount=type=bind`` of this engine keeps to the build (CVE-2024-1753): a symbolic link at its
    source reads the host's files on engines before 4.9.4 and on 5.0.0."""
    older, newer = _BIND_MOUNTS_FIXED
    found = tuple(version)
    return found >= newer or (older <= found < (5, 0, 0))


class Builder:
    """Builds on the engine behind ``connection``, for the home with this uuid."""

    def __init__(
        self,
        connection: Connection,
        networks: Networks,
        *,
        home_id: str,
        rootless: bool,
        limits: Limits,
        provision: Provision,
    ) -> None:
        self.provision = provision
        self._connection = connection
        self._networks = networks
        self._images = Images(connection)
        self._layers: dict[str, set[str]] = {}  # what the newest build used, by its labels
        self._rootless = rootless
        self._limits = limits
        self.mark = _SAFE.sub("", home_id)[:8]  # in the name of everything that a build leaves behind when it dies
        self._file = f".runix-{self.mark}-"  # names in the context that are ours
        self._dockerfile = f"{self._file}Dockerfile"

    async def build(self, request: BuildRequest, log: LogSink) -> Image:
        """Build an image. Cancelling the task ends the running step at once. Raises ``BuildError``."""
        job = Job(
            dockerfile=request.dockerfile,
            tag=request.tag,
            labels=request.labels,
            layer_labels=request.labels,
            context=request.context,
            ignore=request.ignore,
            args=request.args,
            cpus=request.cpus,
            memory=request.memory,
            timeout=request.timeout,
            build_id=request.build_id,
        )
        return await self.run(job, log)

    async def run(self, job: Job, log: LogSink) -> Image:
        """Build ``job``. Raises ``BuildError``; ``Unavailable`` when the engine is away."""
        for line in self.provision.notes:
            log("runix", line)
        answer = BuildLog(log, self._shown)
        with self._connection.doing("build", "" if job.layer_labels else short(job.tag)) as note:
            image = await self._image(job, answer, log)
            note(f"{short(image.id)}, {image.size / 1024**2:.0f} MiB")
        if job.layer_labels:
            self._layers[_key(job.layer_labels)] = {image.id, *answer.layers}
        return image

    async def _image(self, job: Job, answer: BuildLog, log: LogSink) -> Image:
        try:
            async with self._space(job) as (build_id, network):
                await self._ask(job, build_id, network, answer, log)
        except TimeoutError as error:
            raise _too_slow(job, answer) from error
        except Refused as error:
            raise BuildError(error.message, hint=error.hint, evidence=answer.evidence) from error
        return await self._built(answer)

    async def prune_layers(self, labels: Mapping[str, str]) -> None:
        """Remove the cached layers with these labels that their newest build (of this process) did not use."""
        used = self._layers.pop(_key(labels), None)
        if used is None:
            return
        for image in await self._images.labelled(labels, intermediate=True):
            if not image.tags and not any(image.id.startswith(layer) for layer in used):
                await self._images.remove(image.id)

    def _shown(self, line: str) -> str | None:
        """A line of the engine's own without what was added to the Dockerfile."""
        return None if _OUR_LABEL.search(line) else self.provision.shown(line)

    async def sweep(self) -> None:
        """Remove what builds of this home left behind when their server was killed. Only while none runs."""
        await sweep(self._connection, self.mark, dockerfile=self._dockerfile)
        await self._networks.sweep()

    async def _ask(self, job: Job, build_id: str, network: str, answer: BuildLog, log: LogSink) -> None:
        group = cgroups.parent(build_id, rootless=self._rootless)
        if group is None:
            log(
                "runix",
                "This user may make no control group: the build runs without limits, and a cancelled step goes on.",
            )
        ended = False
        try:
            async with asyncio.timeout(job.timeout):
                await self._stream(job, self._parameters(job, group, network), answer)
                ended = True
        finally:
            if not ended and group is not None:
                await asyncio.shield(cgroups.end(build_id))

    async def _stream(self, job: Job, parameters: Mapping[str, str], answer: BuildLog) -> None:
        text = labelled(self.provision.dockerfile(job.dockerfile), job.layer_labels)
        files = {self._dockerfile: text.encode()}
        files |= {self._file + name: content for name, content in self.provision.secrets.items()}
        async with self._connection.stream(
            "POST",
            "/build",
            "build an image",
            params=parameters,
            data=context.stream(job.context, {**job.files, **files}, {*_left_out(job.ignore), *files}),
            headers={"Content-Type": "application/x-tar"},
        ) as response:
            async for chunk in response.content.iter_any():
                answer.feed(chunk)
            answer.close()

    def _parameters(self, job: Job, group: str | None, network: str) -> dict[str, str]:
        """The query of the build call. An unnamed network means a private one of the engine's choice."""
        namespace = {"Name": "network", "Host": False, "Path": network}
        secrets = [f"id={name},src={self._file}{name}" for name in self.provision.secrets]
        found = {
            "t": job.tag,
            "dockerfile": self._dockerfile,
            "outputformat": _FORMAT,
            "layers": "true" if job.layers else "false",
            "rm": "true",
            "forcerm": "true",
            "pullpolicy": "never",
            "nsoptions": json.dumps([namespace]),
            "excludes": json.dumps([*job.ignore, self._file + "*"]),
            "labels": json.dumps(dict(sorted(job.labels.items() - job.layer_labels.items()))),  # each is a step
            "buildargs": json.dumps({**self.provision.arguments, **job.args}),
            "secrets": json.dumps(secrets),
        }
        return found | (self._limited(job, group) if group else {})

    def _limited(self, job: Job, group: str) -> dict[str, str]:
        found = {"cgroupparent": group}
        if self._limits.memory:
            found |= {"memory": str(job.memory), "memswap": str(job.memory)}  # memory and swap together: no swap
        if self._limits.cpu:
            found |= {"cpuperiod": str(_PERIOD), "cpuquota": str(int(job.cpus * _PERIOD))}
        return found

    @asynccontextmanager
    async def _space(self, job: Job) -> AsyncIterator[tuple[str, str]]:
        """The build's full id and its network: one of its own, or without root the engine's private one."""
        build_id = f"{self.mark}{_SAFE.sub('', job.build_id)[-16:]}{uuid.uuid4().hex[:8]}"
        async with AsyncExitStack() as stack:
            network = "" if self._rootless else await stack.enter_async_context(self._networks.for_build(build_id))
            yield build_id, network

    async def _built(self, answer: BuildLog) -> Image:
        if answer.error:
            raise build_error(answer.error, answer.evidence)
        image = await self._images.image(answer.image_id) if answer.image_id else None
        if image is None:
            raise BuildError(
                "The engine went away in the middle of the build.",
                hint="Runix starts it again by itself: deploy again. `runix doctor` shows its log if it happens twice.",
                code="engine_away",
                transient=True,
                evidence=answer.evidence,
            )
        return image


def _key(labels: Mapping[str, str]) -> str:
    return json.dumps(dict(labels), sort_keys=True)


def _left_out(ignore: Sequence[str]) -> set[str]:
    """Names at the top of the context that need not even be sent: plain ones among the ignore lines that no exception
    brings back. The engine applies all lines anyway."""
    back = [line.removeprefix("!").strip("/") for line in ignore if line.startswith("!")]
    plain = {line.strip().strip("/") for line in ignore if not re.search(r"[*?\[\]\\!#]", line)}
    return {name for name in plain if name and "/" not in name and not any(_begins(each, name) for each in back)}


def _begins(pattern: str, name: str) -> bool:
    """Whether an exception may mean something in the folder ``name``."""
    first = pattern.split("/", 1)[0]
    return first == name or any(sign in first for sign in "*?[")


def _too_slow(job: Job, answer: BuildLog) -> BuildError:
    return BuildError(
        f"The build took longer than {job.timeout:g} s and was ended.",
        hint="Raise build.timeout in config.toml, or make the build do less.",
        code="build_timeout",
        evidence=answer.evidence,
    )
