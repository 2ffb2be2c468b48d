"""Removal of everything of a home: what it made in the engine, then its files. What is not Runix's own stays."""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from runix_tui.bootstrap import detached
from runix_tui.bootstrap.home import ServerRunning, no_server
from runix_tui.bootstrap.maintenance import own_engine
from runix_tui.core import labels
from runix_tui.engine.caches import cache_folders
from runix_tui.engine.engine import PodmanEngine
from runix_tui.errors import RunixError, Unavailable
from runix_tui.locations import Locations

Say = Callable[[str], None]
TRIES = 5  # to end a server for good


def belongings(locations: Locations, *, keep_data: bool) -> list[str]:
    """What :func:`uninstall` removes, in words; empty when there is nothing."""
    made = ["every service, image, network and cache that this home made in the engine, and its gateway"]
    folders = [] if keep_data else [str(folder) for folder in _folders(locations)]
    return [*(made if locations.database.exists() else ()), *folders]


def uninstall(locations: Locations, *, keep_data: bool, say: Say) -> None:
    """Remove everything of this home, saying what. ``keep_data`` leaves its folders and volumes. Base images stay, as
    other homes share them. Raises ``RunixError`` when the server does not end or the engine is away."""
    with ExitStack() as held:
        if locations.state.is_dir():
            held.enter_context(_without_server(locations, say))
        _uninstall(locations, keep_data=keep_data, say=say)


def _uninstall(locations: Locations, *, keep_data: bool, say: Say) -> None:
    if locations.database.exists():
        try:
            asyncio.run(_empty_engine(locations, say))
        except Unavailable as error:
            raise RunixError(
                f"The engine is away, so containers and images of this home cannot be removed: {error.message}",
                hint=f"Bring it back, then uninstall again; the home's files are all there. {error.hint}",
            ) from error
    if not keep_data:
        _remove_files(locations, say)


@contextmanager
def _without_server(locations: Locations, say: Say) -> Iterator[None]:
    """The server is ended, and none begins: a front end that is open would have another one at once."""
    for left in reversed(range(TRIES)):
        if detached.stop(locations):
            say("Ended the server")
        with ExitStack() as held:
            try:
                held.enter_context(no_server(locations))
            except ServerRunning:
                if not left:
                    raise
                continue
            yield
            return


async def _empty_engine(locations: Locations, say: Say) -> None:
    async with own_engine(locations) as (engine, home):
        ours = labels.of_home(home)
        for container in await engine.containers(ours):
            await engine.remove(container.id)
            say(f"Removed container {container.name}")
        await _remove_images(engine, home, say)
        for network in await engine.networks(ours):
            await engine.remove_network(network)
            say(f"Removed network {network}")
        await engine.leave_host()
        for folder in await asyncio.to_thread(cache_folders, home):
            await asyncio.to_thread(_remove, folder, say)


async def _remove_images(engine: PodmanEngine, home: str, say: Say) -> None:
    """Also what others stood on, which shows once those are gone; until nothing is left that can be removed."""
    before: set[str] = set()
    while found := await engine.images(labels.of_home(home)):
        ids = {image.id for image in found}
        if ids == before:
            break
        before = ids
        for image in found:
            for reference in image.tags or (image.id,):
                await engine.remove_image(reference)
                say(f"Removed image {reference}")


def _remove_files(locations: Locations, say: Say) -> None:
    folders = _folders(locations)
    for path in locations.entries:
        _remove(path, None)
    for folder in folders:
        with suppress(OSError):
            for empty in (locations.cache, folder):
                empty.rmdir()
        left = _left(folder)
        say(f"Removed {folder}" if not left else f"Left {folder}: {', '.join(left)} are not Runix's")


def _left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def _remove(path: Path, say: Say | None) -> None:
    """Best effort: what cannot be removed is said by who looks what is left."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()
    if say:
        say(f"Removed {path}" if not path.exists() else f"Could not remove {path}")


def _folders(locations: Locations) -> list[Path]:
    folders = dict.fromkeys((locations.state, locations.cache, locations.config, locations.runtime))
    outer = [folder for folder in folders if not any(parent in folders for parent in folder.parents)]
    return [folder for folder in outer if folder.exists()]
