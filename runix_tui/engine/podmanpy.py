"""podman-py, as it is made ready for us: what it gets wrong is put right, or gone round, here and nowhere else."""

import socket
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from podman import PodmanClient


def make_client(path: Path, *, version: str, timeout: float) -> "PodmanClient":
    """A client of the engine at ``path`` for one thread. Its own connections leak their socket when nobody listens."""
    from podman import PodmanClient
    from podman.api.uds import UDSConnection, UDSConnectionPool

    class Connection(UDSConnection):
        """Closes what it cannot connect."""

        def connect(self) -> None:
            connecting = socket.socket(socket.AF_UNIX)
            try:
                connecting.settimeout(timeout)
                connecting.connect(str(path))
            except OSError:
                connecting.close()
                raise
            self.sock = connecting

    class Pool(UDSConnectionPool):
        """Of such connections."""

        ConnectionCls = Connection

    client = PodmanClient(base_url=f"unix://{path}", version=version, timeout=timeout)
    adapter = client.api.get_adapter("http://engine")
    adapter.poolmanager.pool_classes_by_scheme = {"http": Pool}  # type: ignore[attr-defined]  # a UDSAdapter
    return client


def label_filters(labels: Mapping[str, str]) -> list[str]:
    """The filter for what carries all of these labels, in the one form that podman-py hands on rightly: in a mapping it
    makes a single string of a list. (Its ``networks.list`` takes mappings alone: ask that over REST.)"""
    return [f"label={key}={value}" for key, value in labels.items()]
