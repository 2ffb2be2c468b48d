"""What can be set: each section of config.toml as a value, with what people are told of each key. Reads no file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.fields import FieldInfo

from runix_tui.config.values import GIB, MIB, TIB, Cores, Grace, Host, Limit, Mirror, WholePath


@dataclass(frozen=True, slots=True)
class ByHand:
    """Marks a key that the API does not change: whom the API answers and whom builds trust is for the machine's owner
    to say, not for who got hold of a token."""


BY_HAND = ByHand()


class Section(BaseModel):
    """The root: no other keys than these."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Api(Section):
    """``[api]``."""

    allowed_hosts: Annotated[tuple[Host, ...], BY_HAND] = Field(
        default=(), description="More values of the Host header that are answered."
    )


class Build(Section):
    """``[build]``: limits of a build, and the CA bundle that builds trust beside the distribution's own."""

    ca_bundle: Annotated[WholePath | None, BY_HAND] = Field(
        default=None, description="A file of CA certificates that builds and fetches trust as well."
    )
    keep_ca: Annotated[bool, BY_HAND] = Field(default=False, description="Leave these certificates in the final image.")
    cpus: Cores = Field(default=2.0, description="Cores of one build.")
    memory: Annotated[int, Field(ge=64 * MIB, le=64 * TIB)] = Field(
        default=4 * GIB, description="Memory of one build, in bytes."
    )
    timeout: Limit = Field(default=1800, description="Seconds that a build may take.")
    concurrent: Annotated[int, Field(ge=1, le=32)] = Field(default=2, description="Builds at once on this machine.")


class Registry(Section):
    """``[registry]``."""

    mirror: Annotated[Mirror | None, BY_HAND] = Field(
        default=None, description="A host (and path) that is asked instead of docker.io."
    )
    offline: bool = Field(default=False, description="Never ask a registry.")
    insecure: Annotated[bool, BY_HAND] = Field(default=False, description="The mirror speaks plain HTTP.")


class GitCredential(Section):
    """``[git.credentials."host"]``: where the password of a host comes from; never the password itself."""

    username: str = "x-access-token"
    token_env: str | None = None
    token_file: Path | None = None

    @model_validator(mode="after")
    def _leads_somewhere(self) -> "GitCredential":
        if not self.token_env and not self.token_file:
            raise ValueError("names neither token_env nor token_file")
        return self


class Git(Section):
    """``[git]``: limits of a fetch."""

    credentials: dict[str, GitCredential] = Field(default_factory=dict)
    max_bytes: Annotated[int, Field(ge=MIB, le=TIB)] = Field(
        default=2 * GIB, description="Bytes of a checkout and of its git objects, at most."
    )
    timeout: Limit = Field(default=600, description="Seconds that a fetch may take.")
    max_submodules: Annotated[int, Field(ge=0, le=10_000)] = Field(
        default=50, description="Submodules of one repository, at most."
    )
    submodule_depth: Annotated[int, Field(ge=0, le=100)] = Field(
        default=3, description="How deep submodules may be inside others."
    )


class Logs(Section):
    """``[logs]``."""

    max_bytes: Annotated[int, Field(ge=MIB, le=TIB)] = Field(
        default=256 * MIB,
        description="Bytes kept of one deployment's run-time log, and of its build logs; the oldest go first.",
    )


class Deploy(Section):
    """``[deploy]``."""

    health_timeout: Limit = Field(default=300, description="Seconds to become healthy where a health path is given.")
    listen_timeout: Limit = Field(default=60, description="Seconds to listen where no health path is given.")
    drain_timeout: Grace = Field(default=60, description="Seconds that connections to a replaced version may go on.")
    stop_timeout: Grace = Field(default=30, description="Seconds between SIGTERM and SIGKILL.")
    keep_releases: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=5, description="Images that are kept to go back to."
    )


class Tui(Section):
    """``[tui]``: the full-screen UI. A front end follows it at once."""

    theme: str = Field(
        default="", description="Colours of the full-screen UI: runix, runix-light, runix-high-contrast."
    )


class Keys(BaseModel):
    """``[keys]``: keys of the full-screen UI by the name of what they do: ``"deployment.redeploy" = "R"``.

    Which names there are, only the front end knows; it says what it cannot follow.
    """

    model_config = ConfigDict(frozen=True, extra="allow")
    __pydantic_extra__: dict[str, str | dict[str, str]] = Field(init=False)


class Config(Section):
    """All of config.toml."""

    api: Api = Api()
    build: Build = Build()
    registry: Registry = Registry()
    git: Git = Git()
    logs: Logs = Logs()
    deploy: Deploy = Deploy()
    tui: Tui = Tui()
    keys: Keys = Keys()

    @property
    def of_server(self) -> "Config":
        """What a running server follows only when it starts again."""
        return self.model_copy(update={"tui": Tui(), "keys": Keys()})


def fields() -> dict[str, FieldInfo]:
    """Every key that people are told of, such as ``build.cpus``. Tables of the user's own keys (credentials) are not
    among them."""
    found: dict[str, FieldInfo] = {}
    for section, of_section in Config.model_fields.items():
        kind = of_section.annotation
        assert isinstance(kind, type) and issubclass(kind, BaseModel)  # noqa: S101, PT018 - what Config is made of
        found |= {f"{section}.{name}": field for name, field in kind.model_fields.items() if field.description}
    return found
