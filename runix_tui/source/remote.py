"""One conversation with a git server: which refs it has, and the objects of one of them. Blocking: run it in a thread.

Faults of libgit2 leave here as ``SourceError``. What to keep of what comes is :mod:`.mirror`'s business.
"""

import ipaddress
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pygit2

from runix_tui.source import faults
from runix_tui.source.libgit2 import Access, Callbacks
from runix_tui.source.objects import GIT_ERRORS
from runix_tui.source.proxy import proxy_for
from runix_tui.source.refs import Listing, listing_of
from runix_tui.source.urls import Address, is_loopback, not_public_enough
from runix_tui.source.worker import Stop

HEAD = "HEAD"
MAX_REFS = 200_000
NO_SHALLOW = "support shallow"  # libgit2's words for a server without that capability


class Connection:
    """Reaches ``access.address`` for ``repository``, which receives objects and never gets a remote into its config."""

    def __init__(self, repository: pygit2.Repository, access: Access, stop: Stop) -> None:
        if access.strangers:
            _must_lead_away(access.address)
        self._access = access
        self._callbacks = Callbacks(access, stop)
        self._proxy = proxy_for(access.address, access.environ)
        self._remote = repository.remotes.create_anonymous(_spoken(self._callbacks.address))

    def listing(self) -> Listing:
        """The refs that the server shows. Connects."""
        with _translated(self._access.address):
            heads = self._remote.list_heads(callbacks=self._callbacks, proxy=self._proxy)
        if len(heads) > MAX_REFS:
            raise faults.too_large("the repository", f"{MAX_REFS} branches and tags")
        refs = {head.name: str(head.oid) for head in heads if head.name}
        target = next((head.symref_target for head in heads if head.name == HEAD), None)
        return listing_of(refs, refs.get(HEAD), target)

    def fetch(self, refspecs: Sequence[str], *, depth: int) -> int:
        """Bring objects; gives the bytes received. ``depth`` 0 brings all history that is missing, and so does any
        other where the server knows no shallow clones."""
        with _translated(self._access.address):
            try:
                return self._fetch(refspecs, depth)
            except pygit2.GitError as error:
                if not depth or NO_SHALLOW not in str(error):
                    raise
                return self._fetch(refspecs, 0)

    def _fetch(self, refspecs: Sequence[str], depth: int) -> int:
        specs, callbacks, proxy = list(refspecs), self._callbacks, self._proxy
        return self._remote.fetch(specs, callbacks=callbacks, depth=depth, proxy=proxy).received_bytes


def _spoken(address: Address) -> str:
    """An address in libgit2's own words: its short ssh form has brackets when there is a port."""
    if not (address.scp and address.port):
        return str(address)
    host = f"[{address.host}]" if ":" in address.host else address.host
    return f"[{address.user}@{host}:{address.port}]:{address.path}"


@contextmanager
def _translated(address: Address) -> Iterator[None]:
    try:
        yield
    except GIT_ERRORS as error:
        raise faults.translate(error, address) from None  # the cause may quote the remote


def _must_lead_away(address: Address) -> None:
    """Refuse a stranger's address that leads back to this machine, by its name or by what its name resolves to."""
    refusal = faults.unsafe(str(address), "a submodule leads to this machine itself")
    if address.local or is_loopback(address.host):
        raise refusal
    try:
        found = socket.getaddrinfo(address.host, address.origin[2], type=socket.SOCK_STREAM)
    except OSError:
        return  # behind a proxy names may resolve only there; without one the connection says it better
    if any(not_public_enough(ipaddress.ip_address(str(entry[4][0]).partition("%")[0])) for entry in found):
        raise refusal
