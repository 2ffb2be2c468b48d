"""What a command must know of a repository before it asks the server: its normal address, and what is checked out."""

from pathlib import Path

from runix_tui.errors import SourceError
from runix_tui.source import urls


def normal_address(repo_url: str) -> tuple[str, bool]:
    """How the server shows ``repo_url``, and whether that leaves out user info. Raises ``InvalidRequest``."""
    address, secret = urls.parse(repo_url)
    return str(address), secret is not None


def checked_out(folder: Path) -> tuple[bool, str | None]:
    """Whether an absolute ``folder`` is deployed from git, and the branch that is checked out there (None: no branch).

    What cannot be read is left to the server, which says why.
    """
    from runix_tui.source import local

    try:
        place = local.look(urls.parse(str(folder))[0])
        if place.repository is None:
            return False, None
        return True, local.listing(place.repository).default
    except SourceError:
        return False, None
