"""Profiles: what there is to build on and in which sizes, read from TOML into values.

The bundled profiles come with the package; a file of the same name in the user's own folder replaces it. No
engine and no network here: what a base image is made into is the engine's business.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from runix_tui.core.bases import BaseImage, RuntimeProfile
from runix_tui.core.models import InstanceType
from runix_tui.core.names import is_service_name
from runix_tui.errors import ConfigError

GATEWAY = "gateway"  # the profile of the reverse proxy's image
INSTANCES = "instances.toml"
RUNTIMES = "runtimes"
HINT = "Correct the profile, or remove it to get the bundled one back."

_UNITS = {"KIB": 1024, "MIB": 1024**2, "GIB": 1024**3}
_PACKAGE = r"^[a-z0-9][a-z0-9+.-]*$"  # Debian policy 5.6.7


def _bytes(value: object) -> object:
    """``"512 MiB"`` as a number of bytes; numbers stay what they are."""
    if isinstance(value, str):
        number, _, unit = value.strip().rpartition(" ")
        if number.isdigit() and unit.upper() in _UNITS:
            return int(number) * _UNITS[unit.upper()]
    return value


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


Section = TypeVar("Section", bound=_Section)


class _Size(_Section):
    cpus: Annotated[float, Field(gt=0)]
    memory: Annotated[int, BeforeValidator(_bytes), Field(ge=16 * 1024**2)]
    pids: Annotated[int, Field(ge=16)]


class _Version(_Section):
    version: Annotated[str, Field(pattern=r"^[0-9][0-9A-Za-z._-]*$")]
    registry: Annotated[str, Field(pattern=r"^[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)+:[\w.-]+$")]
    suite: Annotated[str, Field(pattern=r"^[a-z]+$")]
    packages: tuple[Annotated[str, Field(pattern=_PACKAGE)], ...] = ()
    build_packages: tuple[Annotated[str, Field(pattern=_PACKAGE)], ...] = ()
    node_package: Annotated[str | None, Field(pattern=r"^[a-z0-9@.-]+( [a-z0-9@.-]+)*$")] = None


class _Runtime(_Section):
    default: str
    version: Annotated[tuple[_Version, ...], Field(min_length=1)]


@dataclass(frozen=True)
class Catalog:
    """All profiles of one home. Built from folders, the later ones over the earlier ones; read once, at first use."""

    folders: tuple[Path, ...]

    @cached_property
    def runtimes(self) -> Mapping[str, RuntimeProfile]:
        """By name. Raises ``ConfigError``."""
        files = self._files(RUNTIMES)
        return {name: _runtime(name, path) for name, path in sorted(files.items())}

    @cached_property
    def instances(self) -> Mapping[str, InstanceType]:
        """Sizes by name, smallest first. Raises ``ConfigError``."""
        path = next(found for folder in reversed(self.folders) if (found := folder / INSTANCES).is_file())
        sizes = [_size(name, table, path) for name, table in _read(path).items()]
        return {size.name: size for size in sorted(sizes, key=lambda size: (size.cpus, size.memory))}

    def bases(self) -> tuple[BaseImage, ...]:
        """The base images of all runtimes."""
        return tuple(base for profile in self.runtimes.values() for base in profile.bases)

    def base(self, name: str) -> BaseImage | None:
        """A base image by its name: ``python:3.11``, or ``python`` for the runtime's default version."""
        runtime, _, version = name.partition(":")
        profile = self.runtimes.get(runtime)
        return profile.base(version or profile.default) if profile else None

    @property
    def gateway(self) -> BaseImage:
        """The image of the reverse proxy."""
        base = self.base(GATEWAY)
        if base is None:
            raise ConfigError(f"There is no profile {RUNTIMES}/{GATEWAY}.toml.", hint=HINT)
        return base

    def _files(self, kind: str) -> dict[str, Path]:
        return {path.stem: path for folder in self.folders for path in sorted((folder / kind).glob("*.toml"))}


def load(own: Path | None = None) -> Catalog:
    """The bundled profiles, with the user's ``own`` folder (``locations.profiles``) over them."""
    return Catalog((bundled(), own) if own else (bundled(),))


def bundled() -> Path:
    """The folder of the profiles that come with Runix: in the installed package, or in the checkout it runs from."""
    package = Path(__file__).parent
    installed = package / "_data" / "profiles"
    return installed if installed.is_dir() else package.parent / "profiles"


def _runtime(name: str, path: Path) -> RuntimeProfile:
    if not is_service_name(name):
        raise ConfigError(f"{path}: a runtime cannot be called {name!r}.", hint="Use letters, digits and '-'.")
    runtime = _checked(_Runtime, _read(path), path)
    bases = tuple(
        BaseImage(name=f"{name}:{each.version}", runtime=name, **each.model_dump()) for each in runtime.version
    )
    profile = RuntimeProfile(name, runtime.default, bases)
    if profile.base(profile.default) is None:
        raise ConfigError(f"{path}: default: there is no version {profile.default!r}.", hint=HINT)
    return profile


def _size(name: str, table: object, path: Path) -> InstanceType:
    size = _checked(_Size, table, path)
    return InstanceType(name, size.cpus, size.memory, size.pids)


def _read(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: {error}", hint=HINT) from error


def _checked(kind: type[Section], table: object, path: Path) -> Section:
    try:
        return kind.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{path}: {where}: {first['msg']}", hint=HINT) from error
