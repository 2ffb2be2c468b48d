"""What is done to an installation without its server: a check-up, and base images. Its removal is in ``removal.py``."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from runix_tui import catalog
from runix_tui.bootstrap import installation
from runix_tui.config import load
from runix_tui.core.bases import BaseImage, StoredBase
from runix_tui.engine import doctor, remedies
from runix_tui.engine.engine import PodmanEngine
from runix_tui.errors import InvalidRequest
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
    checks = [*installation.examine(locations), *doctor.examine(locations, os.environ)]
    return [Finding(check.name, check.level.value, check.found, check.remedy) for check in checks]


def fix(locations: Locations, say: Say) -> bool:
    """Carry out the remedies that a machine can carry out, saying each; False when one failed."""
    locations.prepare()
    return remedies.fix(doctor.examine(locations, os.environ), lambda _, line: say(line))


def bases(locations: Locations) -> list[StoredBase]:
    """The base images in local storage. Raises ``Unavailable``."""

    async def work() -> list[StoredBase]:
        async with own_engine(locations) as (engine, _):
            return await engine.bases()

    return asyncio.run(work())


def make_bases(locations: Locations, names: Sequence[str], *, local: bool, say: Say) -> list[str]:
    """Pull, or (``local``) build, base images by name; the default versions of all runtimes when none is named.

    Gives their references. Raises ``InvalidRequest`` for a name that there is not, ``BuildError``.
    """
    wanted = _named(catalog.load(locations.profiles), names)

    async def work() -> list[str]:
        async with own_engine(locations) as (engine, _):
            make = engine.build_base if local else engine.pull_base
            return [await make(base, lambda _, line: say(line)) for base in wanted]

    return asyncio.run(work())


@asynccontextmanager
async def own_engine(locations: Locations) -> AsyncIterator[tuple[PodmanEngine, str]]:
    """The home's engine and the home's id; what a running server uses too is shared with it, and stays."""
    locations.prepare()
    store = Store.open(locations.database)
    try:
        home = store.home_id
    finally:
        store.close()
    engine = PodmanEngine(locations, load(locations.config_file), home, os.environ)
    try:
        await engine.open()
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
