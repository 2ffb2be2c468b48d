"""Where the room keeps what it caches: a folder for each address. Pure."""

import hashlib
from pathlib import Path

from runix_tui.source.urls import Address


def mirror_folder(mirrors: Path, address: Address) -> Path:
    """The folder that holds a repository's mirror, and those of its submodules."""
    return mirrors / _key(address)


def mirror_name(address: Address) -> str:
    """The name of one repository's mirror within such a folder."""
    return f"{_key(address)}.git"


def _key(address: Address) -> str:
    return hashlib.sha256(str(address).encode()).hexdigest()[:32]
