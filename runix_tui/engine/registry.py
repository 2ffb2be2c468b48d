"""Pulling images: from the registry that a name says, or from the mirror of config.toml, or not at all.

A registry that does not answer is asked again only after some minutes, so that a machine without one does not wait at
every deploy. What happens without a registry is decided in ``bases.py``.
"""

import json
import time
from dataclasses import dataclass

from runix_tui import config
from runix_tui.core.checkup import Check, Level
from runix_tui.core.ports import LogSink
from runix_tui.engine.connection import Connection
from runix_tui.engine.faults import Refused, mapped
from runix_tui.engine.images import quoted, short
from runix_tui.errors import Unavailable

HUB = "docker.io"
_HUB_ADDRESS = "registry-1.docker.io"  # where that name's API lives
REMEMBERED = 300.0  # seconds for which "does not answer" is believed
_CONNECT, _ANSWER = 3.0, 6.0  # seconds
_SILENCE = 180.0  # seconds of a pull without a word
_SPEAKS = (200, 401)  # what a registry says to a stranger


@dataclass(frozen=True, slots=True)
class Pulled:
    """``image_id`` is empty when the image was not pulled; ``why`` then says why, for people."""

    image_id: str = ""
    why: str = ""


def qualified(reference: str) -> str:
    """A name as Dockerfiles have them, fully qualified: ``python`` is ``docker.io/library/python:latest``."""
    first, slash, _ = reference.partition("/")
    has_host = bool(slash) and ("." in first or ":" in first or first == "localhost")
    name = reference if has_host else f"{HUB}/{reference if slash else f'library/{reference}'}"
    if name.startswith(f"{HUB}/") and name.count("/") == 1:
        name = f"{HUB}/library/{name.removeprefix(f'{HUB}/')}"
    last = name.rpartition("/")[2]
    return name if ":" in last or "@" in last else f"{name}:latest"


def mirror_of(settings: config.Registry) -> str:
    """The host and path that stand in for docker.io; empty: none."""
    return (settings.mirror or "").removeprefix("https://").removeprefix("http://").rstrip("/")


async def probe(host: str, *, insecure: bool = False) -> str:
    """Ask a registry for its API's version: the engine itself tries several times, for many seconds. Gives why it
    cannot be asked; empty: it answers."""
    import aiohttp

    scheme = "http" if insecure else "https"
    url = f"{scheme}://{_HUB_ADDRESS if host == HUB else host}/v2/"
    limits = aiohttp.ClientTimeout(total=_ANSWER, connect=_CONNECT)
    try:
        async with (
            aiohttp.ClientSession(timeout=limits, trust_env=True) as session,  # the host's proxies
            session.get(url, allow_redirects=False) as answer,
        ):
            return "" if answer.status in _SPEAKS else f"{host} answered {answer.status}"
    except aiohttp.ClientSSLError:
        return ""  # the engine has its own ways to trust: let it try
    except (aiohttp.ClientError, OSError, ValueError):
        return f"{host} does not answer"


async def examine(settings: config.Registry) -> Check:
    """The doctor's look at where base images come from."""
    if settings.offline:
        return Check("registry", Level.OK, "never asked (registry.offline in config.toml)")
    host = mirror_of(settings).partition("/")[0] or HUB
    why = await probe(host, insecure=settings.insecure)
    if not why:
        return Check("registry", Level.OK, f"{host} answers")
    remedy = "Base images are then built from the distribution's packages; registry.mirror names another registry."
    return Check("registry", Level.WARN, why, remedy)


class Registry:
    """Registries as the engine behind ``connection`` reaches them."""

    def __init__(self, connection: Connection, settings: config.Registry) -> None:
        self._connection = connection
        self._settings = settings
        self._away: dict[str, tuple[float, str]] = {}  # host → until when, and why

    async def pull(self, reference: str, log: LogSink, *, again: bool = False) -> Pulled:
        """Bring an image (a :func:`qualified` name) into local storage, under that name also when a mirror gave it.

        ``again`` asks a registry that did not answer lately. A registry that does not answer, or does not have it, is
        no error: ``Pulled.why`` says so.
        """
        source = self._source(reference)
        host = source.partition("/")[0]
        if self._settings.offline:
            return Pulled(why="config.toml says registry.offline")
        if away := await self._is_away(host, again=again):
            return Pulled(why=away)
        log("runix", f"Pulling {source}…")
        with self._connection.doing("pull", source) as note:
            pulled = await self._ask(source, log)
            note(pulled.why or short(pulled.image_id))
        if pulled.image_id and source != reference:
            await self.name(pulled.image_id, reference)
        return pulled

    def _source(self, reference: str) -> str:
        """Where to pull from: the mirror stands in for docker.io alone."""
        mirror = mirror_of(self._settings)
        return (
            f"{mirror}/{reference.removeprefix(f'{HUB}/')}" if mirror and reference.startswith(f"{HUB}/") else reference
        )

    def _insecure(self, host: str) -> bool:
        return self._settings.insecure and mirror_of(self._settings).partition("/")[0] == host

    async def _is_away(self, host: str, *, again: bool) -> str:
        """Why a registry cannot be asked, empty when it can."""
        until, why = self._away.get(host, (0.0, ""))
        if not again and time.monotonic() < until:
            return why
        why = await probe(host, insecure=self._insecure(host))
        if why:
            self._away[host] = (time.monotonic() + REMEMBERED, why)
        else:
            self._away.pop(host, None)
        return why

    async def _ask(self, source: str, log: LogSink) -> Pulled:
        host = source.partition("/")[0]
        parameters = {"reference": source, "policy": "always"}
        if self._insecure(host):
            parameters["tlsVerify"] = "false"
        image_id, why = "", ""
        try:
            async with self._connection.stream(
                "POST", "/images/pull", f"pull {source}", params=parameters, idle_timeout=_SILENCE
            ) as response:
                async for raw in response.content:
                    message = json.loads(raw)
                    why = str(message.get("error") or why)
                    image_id = str(message.get("id") or image_id)
                    if said := str(message.get("stream") or "").strip():
                        log("stdout", said)
        except Refused as error:
            return Pulled(why=error.message)
        except Unavailable as error:
            if error.code != "engine_timeout":
                raise
            return Pulled(why=f"{host} went silent")
        except ValueError as error:
            raise mapped(error, f"pull {source}") from error
        return Pulled(why=why.strip()) if why or not image_id else Pulled(image_id)

    async def name(self, image_id: str, reference: str) -> None:
        """Give an image in local storage one more name."""
        name, _, tag = reference.rpartition(":")
        path = f"/images/{quoted(image_id)}/tag"
        await self._connection.expect("POST", path, "name an image", params={"repo": name, "tag": tag})
