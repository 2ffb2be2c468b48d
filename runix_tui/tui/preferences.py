"""What config.toml says about the front end itself: ``[tui]`` and ``[keys]``. Read from the text that the API gives."""

import tomllib
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Preferences:
    """``theme`` is empty where none is set; ``keys`` are keys by a binding's id."""

    theme: str = ""
    keys: dict[str, str] = field(default_factory=dict)


def preferences(text: str) -> Preferences:
    """Of config.toml as it is now; one that the next server will refuse says nothing here."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return Preferences()
    keys, tui = raw.get("keys", {}), raw.get("tui", {})
    if not isinstance(keys, dict) or not isinstance(tui, dict):
        return Preferences()
    return Preferences(str(tui.get("theme", "")), {name: str(key) for name, key in flat(keys).items()})


def flat(table: dict[str, object], before: str = "") -> dict[str, object]:
    """``{"deployment": {"redeploy": "R"}}`` is the same as ``{"deployment.redeploy": "R"}``."""
    found: dict[str, object] = {}
    for name, value in table.items():
        if isinstance(value, dict):
            found |= flat(value, f"{before}{name}.")
        else:
            found[before + name] = value
    return found
