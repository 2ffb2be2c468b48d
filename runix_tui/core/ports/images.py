"""Images, and what they are built from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """An image to build from a folder.

    ``dockerfile`` is the text to build by, whatever the folder holds; ``ignore`` are lines in .dockerignore's syntax.
    ``args`` are build arguments; ``timeout`` is in seconds; ``no_cache`` builds every layer again.
    """

    context: Path
    dockerfile: str
    ignore: tuple[str, ...]
    tag: str
    labels: Mapping[str, str]
    args: Mapping[str, str] = field(default_factory=dict)
    cpus: float = 2
    memory: int = 4 * 1024**3
    timeout: float = 1800
    build_id: str = ""


@dataclass(frozen=True, slots=True)
class Image:
    """An image in local storage. ``port`` is the lowest TCP port it EXPOSEs; ``size`` in bytes."""

    id: str
    size: int
    tags: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    port: int | None = None
    env: Mapping[str, str] = field(default_factory=dict)
