"""The rows of the list from the API's JSON as it is, before what reads and checks it properly is loaded. Pure."""

import json
from datetime import datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from runix_tui.tui.listing import DEFAULT_PROJECT, Entry, entry

if TYPE_CHECKING:
    from runix_tui.core.wire import Deployment


def entries(deployments: bytes, projects: bytes) -> tuple[Entry, ...]:
    """What ``GET /deployments`` and ``GET /projects`` answered; nothing when that is not understood."""
    try:
        names = {each["id"]: each["name"] for each in json.loads(projects)}
        return tuple(_entry(each, names) for each in json.loads(deployments))
    except (ValueError, TypeError, KeyError, AttributeError):  # of a server of another version
        return ()


def _entry(raw: dict[str, Any], projects: dict[str, str]) -> Entry:
    fault = SimpleNamespace(**raw["error"]) if raw.get("error") else None
    told = SimpleNamespace(**raw | {"error": fault, "updated_at": datetime.fromisoformat(raw["updated_at"])})
    return entry(cast("Deployment", told), projects.get(told.project_id or "", DEFAULT_PROJECT))
