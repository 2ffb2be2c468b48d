"""Answers about the installation: its health, its settings, what it does and what it uses."""

from datetime import datetime
from typing import Any

from pydantic import Field

from runix_tui.core.activity import ActivitySource, ActivityStatus
from runix_tui.core.checkup import Condition, Level
from runix_tui.core.wire.answer import Answer


class EngineHealth(Answer):
    """The container engine. Everything but ``status`` and ``error`` is null while it does not answer."""

    status: Condition
    name: str | None = None
    version: str | None = None
    rootless: bool | None = None
    cgroup_version: int | None = None
    limits: bool | None = Field(default=None, description="Whether CPU and memory limits work on this host.")
    warnings: list[str] = Field(default_factory=list)
    error: str | None = None


class GatewayHealth(Answer):
    """The reverse proxy in front of the services."""

    status: Condition


class Health(Answer):
    """The state of the installation."""

    status: str = Field(description="ok, or degraded while the engine or the gateway is starting or away.")
    version: str
    engine: EngineHealth
    gateway: GatewayHealth
    gateway_url: str | None


class Check(Answer):
    """One thing that a check-up looked at."""

    name: str = Field(examples=["podman"])
    status: Level
    found: str
    remedy: str = Field(description="What a person can do; empty when there is nothing to do.")
    fixable: bool = Field(description="Whether `runix doctor --fix` mends it.")


class Setting(Answer):
    """One key of config.toml."""

    key: str = Field(examples=["build.cpus"])
    type: str = Field(description="string, int, float, bool, or list (of strings).")
    value: Any = Field(description="In force at the next start; the default where the file does not set it.")
    default: Any
    description: str
    set: bool = Field(description="Whether the file sets it.")
    by_hand: bool = Field(default=False, description="Whether it is changed in the file alone, not by this API.")


class Settings(Answer):
    """config.toml: as text and as its keys."""

    path: str
    text: str = Field(description="The file as it is; empty when there is none.")
    settings: list[Setting]
    restart: bool = Field(description="Whether the file says something that takes effect with the next start only.")


class Activity(Answer):
    """Something that Runix did or does. It is told again, with the same ``id``, when it ends."""

    id: int = Field(description="Unique, also over restarts; later ones are larger.")
    at: datetime = Field(description="When it began.")
    source: ActivitySource
    action: str = Field(examples=["build"])
    subject: str = Field(description="What it is done to.", examples=["my-api v4"])
    deployment_id: str | None
    version: int | None
    status: ActivityStatus
    duration_seconds: float | None = Field(description="null while it goes on.")
    detail: str = Field(description="What came of it, or why it failed; may be empty.")
