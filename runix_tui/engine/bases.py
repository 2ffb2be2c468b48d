"""Base images: from local storage, from the registry, or built here once from the distribution's packages.

Shared by all homes on this machine: labelled with their name instead of a home, made by one home at a time. What they
are made of is in ``recipes.py`` and ``roots.py``, how a registry is asked in ``registry.py``. The calls for the command
line are :meth:`Bases.stored`, :meth:`Bases.pull` and :meth:`Bases.build`.
"""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

from runix_tui.config import Config
from runix_tui.core import labels
from runix_tui.core.bases import BaseImage, StoredBase
from runix_tui.core.ports import Image, LogSink
from runix_tui.engine import provision as provisions
from runix_tui.engine import recipes, roots
from runix_tui.engine.build import Builder, Job
from runix_tui.engine.connection import Connection
from runix_tui.engine.images import Images
from runix_tui.engine.locks import held
from runix_tui.engine.provision import BASES, BUILD_MARK, RECIPE
from runix_tui.engine.quiet import without_noise
from runix_tui.engine.registry import Registry, qualified
from runix_tui.errors import BuildError

RUN, BUILD = "run", "build"
PARENT = "dev.runix.parent"  # label of a variant: the id of the image that it stands on
_ROOTS = f"{BASES}root:"


@dataclass(frozen=True, slots=True)
class _Wanted:
    """An image to have: its name here, what it is made by, and what it stands on (its name and, if it matters, id)."""

    reference: str
    base: BaseImage
    recipe: recipes.Recipe
    parent: str = ""

    def is_met_by(self, image: Image | None) -> bool:
        """Whether an image in local storage is just this."""
        if image is None:
            return False
        return image.labels.get(RECIPE) == self.recipe.digest and image.labels.get(PARENT, "") == self.parent


class Bases:
    """Base images of the engine behind ``connection``. ``locks`` is a folder that all homes of this user share."""

    def __init__(
        self,
        connection: Connection,
        builder: Builder,
        settings: Config,
        *,
        locks: Path,
        environ: Mapping[str, str],
    ) -> None:
        self._connection = connection
        self._builder = builder
        self._images = Images(connection)
        self._registry = Registry(connection, settings.registry)
        self._settings = settings
        self._locks = locks
        self._environ = environ
        self._fresh: set[str] = set()  # suites whose root was made by this process

    async def ensure(self, base: BaseImage, *, variant: str, log: LogSink) -> str:
        """The local reference of a base image, made ready if need be. Raises ``BuildError``."""
        run = await self._run_variant(base, log)
        if variant == BUILD:
            return await self._variant(self._build_wanted(base, run), log)
        if self._settings.build.keep_ca and self._builder.provision.trust:
            return await self._variant(self._trusting_wanted(base, run), log)
        return _name(base)

    async def resolve(self, reference: str, log: LogSink) -> str | None:
        """The local reference of an image named in a Dockerfile, pulled if need be; None when it is neither local nor
        reachable, which is said in ``log``."""
        for name in dict.fromkeys((qualified(reference), reference)):
            if await self._images.image(name) is not None:
                return name
        name = qualified(reference)
        pulled = await self._registry.pull(name, log)
        if pulled.why:
            log("runix", f"The image {name} is not here and cannot be had: {pulled.why}.")
        return name if pulled.image_id else None

    async def stored(self) -> list[StoredBase]:
        """The base images in local storage, by name."""
        listed = await self._connection.listing("list images", lambda podman: podman.images.list(name=f"{BASES}*"))
        found = [
            _stored(str(name), str(each["Id"]), int(each.get("Size") or 0))
            for each in (image.attrs for image in listed)
            for name in each.get("RepoTags") or each.get("Names") or ()
            if str(name).startswith(BASES) and not str(name).startswith(_ROOTS)
        ]
        return sorted(found, key=lambda each: (each.name, each.variant, each.reference))

    async def pull(self, base: BaseImage, log: LogSink) -> str:
        """Take a base image from the registry, anew; gives its reference. Raises ``BuildError``."""
        async with self._one_at_a_time(base.name, log):
            if why := await self._pull(base, log, again=True):
                raise BuildError(
                    f"{base.registry} was not pulled: {why}.",
                    hint=f"Check the network and [registry] in config.toml, or run `runix bases build {base.name}`.",
                    code="no_base_image",
                    transient=True,
                )
        return _name(base)

    async def build(self, base: BaseImage, log: LogSink) -> str:
        """Build a base image here from today's packages, anew; gives its reference. Raises ``BuildError``."""
        async with self._one_at_a_time(base.name, log):
            await self._root(base.suite, log, anew=base.suite not in self._fresh)
            await self._build_run(base, log)
        return _name(base)

    async def _run_variant(self, base: BaseImage, log: LogSink) -> Image:
        wanted = _run_wanted(base)
        if (image := await self._usable(wanted)) is not None:
            return image
        async with self._one_at_a_time(base.name, log):
            if (image := await self._usable(wanted)) is not None:  # another home made it meanwhile
                return image
            if why := await self._pull(base, log):
                log("runix", f"Base image {base.name} is not at hand ({why}).")
                log("runix", "Building it once from the distribution's packages…")
                return await self._build_run(base, log)
        return await self._have(_name(base))

    async def _usable(self, wanted: _Wanted) -> Image | None:
        """The image of this name, when it was pulled or was built by just this recipe."""
        image = await self._images.image(wanted.reference)
        pulled = image is not None and (labels.BASE not in image.labels or wanted.base.registry in image.tags)
        return image if pulled or wanted.is_met_by(image) else None

    async def _pull(self, base: BaseImage, log: LogSink, *, again: bool = False) -> str:
        """Pull under our name too; why not, otherwise."""
        pulled = await self._registry.pull(base.registry, log, again=again)
        if pulled.image_id:
            await self._registry.name(pulled.image_id, _name(base))
        return pulled.why

    async def _build_run(self, base: BaseImage, log: LogSink) -> Image:
        root = await self._root(base.suite, log)
        return await self._make(_run_wanted(base), root.id, log)

    async def _root(self, suite: str, log: LogSink, *, anew: bool = False) -> Image:
        name = roots.reference(suite)
        async with self._one_at_a_time(f"root:{suite}", log):
            image = await self._images.image(name)
            if anew or image is None or image.labels.get(RECIPE) != roots.DIGEST:
                await roots.make(self._connection, suite, log, self._environ)
                self._fresh.add(suite)
        return await self._have(name)

    async def _variant(self, wanted: _Wanted, log: LogSink) -> str:
        if wanted.is_met_by(await self._images.image(wanted.reference)):
            return wanted.reference
        async with self._one_at_a_time(wanted.reference, log):
            if not wanted.is_met_by(await self._images.image(wanted.reference)):
                log("runix", f"Preparing {wanted.base.name} for builds, once…")
                await self._make(wanted, wanted.parent, log)
        return wanted.reference

    async def _make(self, wanted: _Wanted, parent: str, log: LogSink) -> Image:
        marks = {labels.BASE: wanted.base.name, RECIPE: wanted.recipe.digest}
        build = self._settings.build
        job = Job(
            dockerfile=wanted.recipe.dockerfile,
            tag=wanted.reference,
            labels=marks | ({PARENT: wanted.parent} if wanted.parent else {}),
            files=wanted.recipe.files,
            memory=build.memory,
            timeout=build.timeout,
            cpus=build.cpus,
            layers=wanted.base.node_package is not None,  # its fetching stage is shared by versions and variants
        )
        return await self._builder.run(job, without_noise(log))

    def _build_wanted(self, base: BaseImage, run: Image) -> _Wanted:
        given = self._builder.provision
        root = roots.reference(base.suite) if labels.BASE in run.labels else None
        recipe = recipes.build_recipe(base, _name(base), given.trust, given.apt_settings, root)
        return _Wanted(_name(base) + BUILD_MARK + _suffix(given), base, recipe, run.id)

    def _trusting_wanted(self, base: BaseImage, run: Image) -> _Wanted:
        given = self._builder.provision
        recipe = recipes.trusting_recipe(_name(base), given.trust)
        return _Wanted(f"{_name(base)}-ca{_suffix(given)}", base, recipe, run.id)

    async def _have(self, name: str) -> Image:
        image = await self._images.image(name)
        if image is None:
            raise BuildError(
                f"The image {name} was taken away while it was needed.",
                hint="Deploy again: it is made anew.",
                code="no_base_image",
                transient=True,
            )
        return image

    def _one_at_a_time(self, what: str, log: LogSink) -> AbstractAsyncContextManager[None]:
        return held(self._locks, what, lambda: log("runix", f"{what} is being prepared already; waiting for it…"))


def _run_wanted(base: BaseImage) -> _Wanted:
    return _Wanted(_name(base), base, recipes.run_recipe(base, roots.reference(base.suite)))


def _name(base: BaseImage) -> str:
    return BASES + base.name


def _suffix(given: provisions.Provision) -> str:
    return f"-{given.trust.digest}" if given.trust else ""


def _stored(reference: str, image_id: str, size: int) -> StoredBase:
    name, mark, _ = reference.removeprefix(BASES).partition(BUILD_MARK)
    return StoredBase(name.partition("-ca-")[0], BUILD if mark else RUN, image_id, reference, size)
