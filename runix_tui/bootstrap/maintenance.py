"""What is done to an installation without its server: a check-up, base images, removal of everything of a home."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from runix_tui import catalog
from runix_tui.bootstrap import detached
from runix_tui.config import load
from runix_tui.core import labels
from runix_tui.core.bases import BaseImage, StoredBase
from runix_tui.engine import doctor, remedies
from runix_tui.engine.engine import PodmanEngine
from runix_tui.errors import InvalidRequest, RunixError, Unavailable
from runix_tui.locations import Locations
from runix_tui.store.store import Store

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a check-up. ``status`` is ``ok``, ``warn`` or ``fail``; ``remedy`` is what a person can do."""

    name: str
    status: str
    found: str
    remedy: str


def checkup(locations: Locations) -> list[Finding]:
    """What works on this machine and what does not; changes nothing, and works with no engine at all."""
    checks = doctor.examine(locations, os.environ)
    return [Finding(check.name, check.level.value, check.found, check.remedy) for check in checks]


def fix(locations: Locations, say: Say) -> bool:
    """Carry out the remedies that a machine can carry out, saying each; False when one failed."""
    locations.prepare()
    return remedies.fix(doctor.examine(locations, os.environ), lambda _, line: say(line))


def bases(locations: Locations) -> list[StoredBase]:
    """The base images in local storage. Raises ``Unavailable``."""

    async def work() -> list[StoredBase]:
        async with _engine(locations) as (engine, _):
            return await engine.bases()

    return asyncio.run(work())


def make_bases(locations: Locations, names: Sequence[str], *, local: bool, say: Say) -> list[str]:
    """Pull, or (``local``) build, base images by name; the default versions of all runtimes when none is named.

    Gives their references. Raises ``InvalidRequest`` for a name that there is not, ``BuildError``.
    """
    wanted = _named(catalog.load(locations.profiles), names)

    async def work() -> list[str]:
        async with _engine(locations) as (engine, _):
            make = engine.build_base if local else engine.pull_base
            return [await make(base, lambda _, line: say(line)) for base in wanted]

    return asyncio.run(work())


def belongings(locations: Locations) -> list[str]:
    """What ``uninstall`` removes, in words."""
    return [
        "every service, image, network and volume that this home made in the engine, and its gateway",
        *(str(folder) for folder in _folders(locations)),
    ]


def uninstall(locations: Locations, *, keep_data: bool, say: Say) -> None:
    """Remove everything of this home, saying what. ``keep_data`` leaves its folders and volumes. Base images stay, as
    other homes share them. Raises ``RunixError`` when the server does not end."""
    if detached.stop(locations):
        say("Ended the server.")
    if locations.database.exists():
        try:
            asyncio.run(_empty_engine(locations, say))
        except Unavailable as error:
            raise RunixError(
                f"The engine is away, so containers and images of this home cannot be removed: {error.message}",
                hint="Bring the engine back (`runix doctor`), then uninstall again; nothing was removed.",
            ) from error
    for folder in () if keep_data else _folders(locations):
        shutil.rmtree(folder, ignore_errors=True)
        say(f"Removed {folder}")


async def _empty_engine(locations: Locations, say: Say) -> None:
    async with _engine(locations) as (engine, home):
        ours = labels.of_home(home)
        for container in await engine.containers(ours):
            await engine.remove(container.id)
            say(f"Removed container {container.name}")
        for image in await engine.images(ours):
            for reference in image.tags or (image.id,):
                await engine.remove_image(reference)
                say(f"Removed image {reference}")
        for network in await engine.networks(ours):
            await engine.remove_network(network)
            say(f"Removed network {network}")


@asynccontextmanager
async def _engine(locations: Locations) -> AsyncIterator[tuple[PodmanEngine, str]]:
    locations.prepare()
    store = Store.open(locations.database)
    try:
        home = store.home_id
    finally:
        store.close()
    engine = PodmanEngine(locations, load(locations.config_file), home, os.environ)
    await engine.open()
    try:
        yield engine, home
    finally:
        await engine.close()


def _named(found: catalog.Catalog, names: Sequence[str]) -> list[BaseImage]:
    wanted = names or tuple(found.runtimes)
    bases_ = [(name, found.base(name)) for name in wanted]
    for name, base in bases_:
        if base is None:
            known = ", ".join(base.name for base in found.bases())
            raise InvalidRequest.of("names", f"there is no base image {name}", hint=f"There are {known}.")
    return [base for _, base in bases_ if base]


def _folders(locations: Locations) -> list[str]:
    folders = (locations.state, locations.cache, locations.config, locations.runtime)
    return [str(folder) for folder in dict.fromkeys(folders) if folder.exists()]
