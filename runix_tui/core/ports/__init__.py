"""What the orchestrator needs of the outside world, as Protocols, by noun; tests put fakes here and nowhere else."""

from runix_tui.core.ports.clock import Clock
from runix_tui.core.ports.containers import Container, ContainerSpec, Listener, Mount, ShellCommand
from runix_tui.core.ports.engine import Engine, EngineInfo
from runix_tui.core.ports.gateway import Gateway, Page
from runix_tui.core.ports.images import BuildRequest, Image
from runix_tui.core.ports.installation import Installation
from runix_tui.core.ports.log import LogSink
from runix_tui.core.ports.source import MAX_TEXT, Checkout, Remote, Source, SourceTree

__all__ = [
    "MAX_TEXT",
    "BuildRequest",
    "Checkout",
    "Clock",
    "Container",
    "ContainerSpec",
    "Engine",
    "EngineInfo",
    "Gateway",
    "Image",
    "Installation",
    "Listener",
    "LogSink",
    "Mount",
    "Page",
    "Remote",
    "ShellCommand",
    "Source",
    "SourceTree",
]
