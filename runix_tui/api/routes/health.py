"""``/healthz``: whether Runix and what it stands on work. Needs no token, and so tells nothing about deployments."""

import asyncio

from fastapi import APIRouter, Request

from runix_tui.api import views
from runix_tui.api.doors import Door
from runix_tui.core import wire
from runix_tui.core.requests import SystemHealth

router = APIRouter(tags=["health"])
PATIENCE = 8.0  # seconds; whoever asks for health should not hang on a sick engine


@router.get("/healthz", summary="State of the installation", openapi_extra={"security": []})
async def healthz(request: Request, door: Door) -> wire.Health:
    """`degraded` while the engine or the gateway is starting or away; reads work nevertheless."""
    try:
        async with asyncio.timeout(PATIENCE):
            system = await door.health()
    except TimeoutError:
        system = SystemHealth(None, "the engine does not answer", False, None)
    return views.health(system, request.app.version)
