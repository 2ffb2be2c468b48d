"""Which branch is deployed: the one that was named, else ``main``, else the repository's own default. Pure."""

from dataclasses import dataclass

from runix_tui.source import faults
from runix_tui.source.urls import Address

PREFERRED = "main"
HEADS = "refs/heads/"
TAGS = "refs/tags/"
MAX_NAME = 255


@dataclass(frozen=True, slots=True)
class Listing:
    """A repository's refs. ``branches`` maps names to commits; ``default`` is what HEAD names; ``head`` its commit."""

    branches: dict[str, str]
    tags: frozenset[str] = frozenset()
    default: str | None = None
    head: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """The commit to deploy. ``branch`` is None on a HEAD that is on no branch; ``note`` says what was not asked for."""

    branch: str | None
    sha: str
    note: str = ""


def choose(listing: Listing, branch: str | None, address: Address) -> Choice:
    """The commit of ``branch``. Raises ``SourceError``: ``repository_empty``, ``branch_not_found``."""
    if not listing.branches and not listing.head:
        raise faults.empty(address)
    if branch is not None:
        name = branch.removeprefix(HEADS)
        if len(name) > MAX_NAME or name not in listing.branches:
            raise faults.no_branch(name, list(listing.branches), list(listing.tags))
        return Choice(name, listing.branches[name])
    if PREFERRED in listing.branches:
        return Choice(PREFERRED, listing.branches[PREFERRED])
    return _default(listing)


def _default(listing: Listing) -> Choice:
    name = listing.default
    if name is None and listing.head:  # an old server does not say which branch HEAD is: any with its commit
        name = next((each for each, sha in sorted(listing.branches.items()) if sha == listing.head), None)
    if listing.head is None and len(listing.branches) == 1:
        name = next(iter(listing.branches))
    if name in listing.branches:
        return Choice(name, listing.branches[name], f"There is no branch main: taking {name}, the repository's default")
    if listing.head:
        return Choice(None, listing.head, "There is no branch main: taking HEAD, which is on no branch")
    raise faults.no_default(list(listing.branches))


def listing_of(refs: dict[str, str], head: str | None, head_target: str | None) -> Listing:
    """A listing from full ref names (peeled tags left out)."""
    branches = {name.removeprefix(HEADS): sha for name, sha in refs.items() if name.startswith(HEADS)}
    tags = frozenset(name.removeprefix(TAGS) for name in refs if name.startswith(TAGS) and not name.endswith("^{}"))
    default = head_target.removeprefix(HEADS) if head_target and head_target.startswith(HEADS) else None
    return Listing(branches, tags, default, head)
