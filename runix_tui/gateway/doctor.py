"""The doctor's look at the gateway: whether anything answers on this home's port. Changes nothing, needs no engine."""

import socket

from runix_tui.core.checkup import Check, Level
from runix_tui.gateway import files
from runix_tui.gateway.keeper import PORT_FILE
from runix_tui.locations import Locations

_PATIENCE = 1.0  # seconds


def examine(locations: Locations, *, starting: bool = False) -> Check:
    """The check. ``starting``: it is being set up."""
    port = files.read_port(locations.gateway / PORT_FILE)
    if port is None:
        return Check("gateway", Level.OK, "is set up at the first start")
    try:
        socket.create_connection(("127.0.0.1", port), _PATIENCE).close()
    except OSError:
        if starting:
            return Check("gateway", Level.OK, f"is starting on port {port}")
        remedy = "It is set up when Runix starts; `runix serve --stop`, then any command, starts Runix anew."
        return Check("gateway", Level.WARN, f"nothing answers on port {port}: no web service is reached", remedy)
    return Check("gateway", Level.OK, f"answers on port {port}")
