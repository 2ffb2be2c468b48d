"""What is done to an installation without its server: a check-up, and base images. Its removal is in ``removal.py``."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from runix_tui import catalog
from runix_tui.bootstrap import installation
from runix_tui.config import Config, load
from runix_tui.core.bases import BaseImage, StoredBase
from runix_tui.core.checkup import Check, Level
from runix_tui.engine import doctor, registry, remedies
from runix_tui.engine.engine import PodmanEngine
from runix_tui.errors import ConfigError, InvalidRequest
from runix_tui.gateway import doctor as gateway
from runix_tui.locations import Locations
from runix_tui.store.store import Store

LONGEST = 10.0  # seconds of a look

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
    checks = asyncio.run(examine(locations))
    return [Finding(check.name, check.level.value, check.found, check.remedy) for check in checks]


async def examine(locations: Locations, *, starting: bool = False) -> list[Check]:
    """Everything that is looked at, side by side and for at most :data:`LONGEST` seconds, in the order in which a
    person should mend it. ``starting``: the home's server starts, and its gateway need not answer yet."""
    looks: dict[str, Callable[[], list[Check]]] = {
        "home": lambda: installation.examine(locations),
        "engine": lambda: doctor.examine(locations, os.environ),
        "gateway": lambda: [gateway.examine(locations, starting=starting)],
        "registry": lambda: [asyncio.run(registry.examine(_settings(locations).registry))],
    }
    found = await asyncio.gather(*(_in_time(name, look) for name, look in looks.items()))
    return [check for checks in found for check in checks]


async def _in_time(name: str, look: Callable[[], list[Check]]) -> list[Check]:
    try:
        async with asyncio.timeout(LONGEST):
            return await asyncio.to_thread(look)
    except TimeoutError:
        return [Check(name, Level.FAIL, f"not known: it took longer than {LONGEST:g} s", "Look again.")]


def _settings(locations: Locations) -> Config:
    """Those of the file, or the defaults while it is wrong: that is a finding of its own."""
    with suppress(ConfigError):
        return load(locations.config_file)
    return Config()


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
