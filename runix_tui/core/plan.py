"""The build plan: a typed, serialisable value that rules and models propose. Dockerfile text is made elsewhere."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Runtime(StrEnum):
    """What a service runs on; each has a profile that says which versions there are and what they are built from."""

    PYTHON = "python"
    NODE = "node"
    STATIC = "static"  # nginx in the release's own image
    DOCKERFILE = "dockerfile"  # the repository's own Dockerfile decides


class Origin(BaseModel):
    """Where a choice came from: the file (and line) that says so, or the rule when no file does."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str  # "package.json scripts.start", ".python-version:1", "request", "default of the rules"
    reason: str
    confidence: Annotated[float, Field(ge=0, le=1)] = 1.0


class Plan(BaseModel):
    """How an image is made and started.

    ``install``, ``build`` are shell commands of one RUN each, run in the app's folder inside the build container only.
    ``start`` is an argv. ``manifests`` are the only files the install step sees, so that its layer is cached by them;
    none means that it needs the whole source. ``package_manager`` is ``name`` or ``name@version`` (``pnpm@9``).
    ``build_variables`` are names or prefixes ending in ``*`` whose env values the build gets. With ``static_dir`` the
    build runs on ``runtime`` and nginx serves what it made.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    provider: str
    runtime: Runtime
    version: str = ""
    framework: str = ""
    package_manager: str = ""
    build_packages: tuple[str, ...] = ()
    runtime_packages: tuple[str, ...] = ()
    manifests: tuple[str, ...] = ()
    install: tuple[str, ...] = ()
    build: tuple[str, ...] = ()
    start: tuple[str, ...] = ()
    port: Annotated[int | None, Field(ge=1, le=65535)] = None
    health_path: str | None = None
    static_dir: str | None = None  # what nginx serves, relative to the app's folder
    spa: bool = False  # unknown paths answer index.html
    env: dict[str, str] = Field(default_factory=dict)
    build_variables: tuple[str, ...] = ()
    dockerfile: str | None = None  # path in the repository, for Runtime.DOCKERFILE
    origins: dict[str, Origin] = Field(default_factory=dict)  # field name → where its value came from
