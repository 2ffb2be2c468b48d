"""The typed client of the REST API: all that the command line and the TUI know of Runix. Knows nothing behind HTTP.

``Client`` is for calls, ``AsyncClient`` for following logs and events in an event loop.
"""

from runix_tui.client import quick  # noqa: F401 - first: it is about the import of httpx
from runix_tui.client.asynchronous import AsyncClient
from runix_tui.client.lines import LogChunk
from runix_tui.client.sync import Client

__all__ = ["AsyncClient", "Client", "LogChunk"]
