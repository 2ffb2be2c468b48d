"""Where the engine keeps the caches that RUN steps mount: folders named by ids that begin with the home's name."""

import os
from pathlib import Path

from runix_tui.core.names import short_home

_TEMPORARY = "/var/tmp"  # noqa: S108 - where the engine keeps them unless TMPDIR says otherwise


def cache_folders(home: str) -> list[Path]:
    """The folders of this home's caches. A named engine may keep them elsewhere: then there are none."""
    temporary = Path(os.environ.get("TMPDIR") or _TEMPORARY)
    return sorted(temporary.glob(f"buildah-cache*/runix-{short_home(home)}-*"))
