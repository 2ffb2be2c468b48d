"""Images in local storage: look, list, remove. How they are built is in ``build.py``, their bases in ``bases.py``."""

import asyncio
from collections.abc import Mapping
from urllib.parse import quote

from runix_tui.core.ports import Image
from runix_tui.engine.connection import Connection, Json
from runix_tui.engine.faults import Refused
from runix_tui.engine.podmanpy import label_filters

_DIGITS = 64  # of an id
_GONE = 404
_IN_USE = 409


class Images:
    """Images of the engine behind ``connection``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def image(self, reference: str) -> Image | None:
        """An image by id or tag, or None."""
        try:
            attrs = await self._connection.call("inspect an image", lambda podman: podman.images.get(reference).attrs)
        except Refused as error:
            if error.missing:
                return None
            raise
        return parse_image(attrs)

    async def labelled(self, labels: Mapping[str, str], *, intermediate: bool = False) -> list[Image]:
        """The images that carry all of these labels, newest first; also ``intermediate`` ones, that others stand on."""
        listed = await self._listed(labels, intermediate=intermediate)
        found = await asyncio.gather(*(self.image(str(each["Id"])) for each in listed))
        return [each for each in found if each is not None]

    async def remove_labelled(self, labels: Mapping[str, str]) -> None:
        """Remove every image that carries all of these labels, also those kept as build cache, but what is in use."""
        left: list[str] = []
        while True:
            listed = await self._listed(labels, intermediate=True)
            ids = [str(each["Id"]) for each in listed]
            if ids == left:  # only what containers, or images without these labels, stand on
                return
            left = ids
            for each in listed:
                for name in (*(each.get("RepoTags") or ()), str(each["Id"])):
                    await self._remove_one(name)

    async def _listed(self, labels: Mapping[str, str], *, intermediate: bool) -> list[Json]:
        """As the engine lists them, newest first. It is asked for the last label alone: of several, Podman 4.3's REST
        finds nothing."""
        filters = label_filters(dict([*labels.items()][-1:]))
        listed = await self._connection.listing(
            "list images", lambda podman: podman.images.list(filters=filters, all=intermediate)
        )
        found = [each.attrs for each in listed if labels.items() <= (each.attrs.get("Labels") or {}).items()]
        return sorted(found, key=lambda each: int(each["Created"]), reverse=True)

    async def remove(self, reference: str) -> None:
        """Take a tag away, and the image with its last one; by id: every tag. Not there, or in use by a container or by
        another image: left alone."""
        image = await self.image(reference)
        if image is None:
            return
        by_id = image.id.startswith(reference.removeprefix("sha256:"))
        for name in (*image.tags, image.id) if by_id else (reference,):
            await self._remove_one(name)

    async def _remove_one(self, reference: str) -> None:
        """Never by force, which would take containers along."""
        with self._connection.doing("remove image", short(reference)) as note:
            answer = await self._connection.request("DELETE", f"/images/{quoted(reference)}", "remove an image")
            if answer.status >= 400 and answer.status not in (_GONE, _IN_USE):
                raise Refused(f"The engine refused to remove {reference}: {answer.message}", http=answer.status)
            if answer.status >= 400:
                note("gone already" if answer.status == _GONE else "kept: in use")


def parse_image(answer: Json) -> Image:
    """An image from ``inspect``'s answer."""
    config = answer.get("Config") or {}
    pairs = (entry.partition("=") for entry in config.get("Env") or ())
    return Image(
        id=str(answer["Id"]),
        size=int(answer.get("Size") or 0),
        tags=tuple(answer.get("RepoTags") or ()),
        labels=dict(answer.get("Labels") or config.get("Labels") or {}),
        port=min(_tcp_ports(config.get("ExposedPorts") or {}), default=None),
        env={name: value for name, _, value in pairs},
    )


def quoted(reference: str) -> str:
    """A reference as part of a path: slashes and colons stay, the engine's router takes them."""
    return quote(reference, safe="/:@")


def short(reference: str) -> str:
    """A reference as people are shown it."""
    name = reference.removeprefix("sha256:").removeprefix("localhost/")
    return name[:12] if len(name) == _DIGITS and "/" not in name else name


def _tcp_ports(exposed: Json) -> list[int]:
    """``{"8080/tcp": {}}`` as numbers; a range (``8000-8010/tcp``) counts by its first."""
    found = []
    for name in exposed:
        port, _, protocol = name.partition("/")
        first = port.partition("-")[0]
        if protocol in ("", "tcp") and first.isdigit():
            found.append(int(first))
    return found
