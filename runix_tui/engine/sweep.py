"""What builds of this home leave behind when their server is killed: processes, working containers, temporary files.

Only what carries the home's own mark (in the name of the build's control group, or of its Dockerfile) is touched: other
homes and people build on the same engine. Only while no build of this home runs.
"""

import asyncio
import json
import logging
import os
import shutil
from pathlib import Path
from urllib.parse import quote

from runix_tui.engine import cgroups
from runix_tui.engine.connection import Connection

logger = logging.getLogger(__name__)

_STATE = "userdata/buildah.json"  # of a working container, below the storage's containers
_BUNDLE = "config.json"  # of a RUN step, in the engine's temporary folder
_TEMPORARY = "/var/tmp"  # noqa: S108 - where the engine keeps them unless TMPDIR says otherwise


async def sweep(connection: Connection, mark: str, *, dockerfile: str) -> None:
    """Remove all of it. ``mark`` begins the ids of the home's builds, ``dockerfile`` is its name in contexts.

    A named engine may keep its storage elsewhere: then nothing is found, and nothing is done.
    """
    await cgroups.end(mark)
    info = await connection.expect("GET", "/info", "ask where its storage is")
    storage = Path(str(info["store"]["graphRoot"]), f"{info['store']['graphDriverName']}-containers")
    for container in await asyncio.to_thread(_containers, storage, mark):
        logger.info("removing the working container %s of a build that was interrupted", container)
        path = f"/containers/{quote(container)}"
        await connection.request("DELETE", path, "remove a working container", params={"force": "true"})
    for folder in await asyncio.to_thread(_folders, _temporary(), mark, dockerfile):
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def _containers(storage: Path, mark: str) -> list[str]:
    found = []
    for state in storage.glob(f"*/{_STATE}"):
        try:
            group = json.loads(state.read_text("utf-8"))["CommonBuildOpts"]["CgroupParent"]
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if f"/{cgroups.PREFIX}{mark}" in str(group):
            found.append(state.parents[1].name)
    return found


def _folders(temporary: Path, mark: str, dockerfile: str) -> list[Path]:
    steps = [folder for folder in temporary.glob("buildah*") if _mentions(folder / _BUNDLE, f"{cgroups.PREFIX}{mark}")]
    contexts = [folder for folder in temporary.glob("libpod_builder*") if _is_file(folder / "build" / dockerfile)]
    return [*steps, *contexts]


def _mentions(path: Path, text: str) -> bool:
    try:
        return text in path.read_text("utf-8", "replace")
    except OSError:
        return False


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # another user's build
        return False


def _temporary() -> Path:
    return Path(os.environ.get("TMPDIR") or _TEMPORARY)
