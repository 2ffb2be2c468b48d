"""``/checkup`` and ``/settings``: the machine and the user's config.toml, for who has the token."""

from typing import Annotated

from fastapi import APIRouter

from runix_tui.api import views
from runix_tui.api.doors import Door, body_of
from runix_tui.api.openapi import accepts, fails
from runix_tui.api.schemas import SettingsPatch
from runix_tui.core import wire

router = APIRouter(tags=["installation"])


@router.get("/checkup", summary="Check the machine")
async def checkup(door: Door) -> list[wire.Check]:
    """What `runix doctor` shows, each with its remedy; works while the engine is away. Takes a second, 10 at most."""
    return [views.check(one) for one in await door.installation.checkup()]


@router.get("/settings", summary="Read the settings", responses=fails(409))
async def get_settings(door: Door) -> wire.Settings:
    """config.toml as text, and its keys with types, values and defaults. 409 with `config` while the file is wrong."""
    return views.settings(await door.installation.settings())


@router.patch(
    "/settings",
    summary="Change the settings",
    openapi_extra=accepts(SettingsPatch, merge=True),
    responses=fails(400, 409, 413, 415, 422),
)
async def change_settings(door: Door, body: Annotated[SettingsPatch, body_of(SettingsPatch)]) -> wire.Settings:
    """Set keys of config.toml, or take them out (null: the default again); comments and everything else stay. What
    takes effect with the next start only is said by `restart`. Whom the API answers and whom builds trust (`by_hand`)
    is changed in the file alone. `/activity` tells each change."""
    return views.settings(await door.installation.change_settings(body.changes))
