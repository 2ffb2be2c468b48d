"""The REST API's answers as values: written by ``api``, read by ``client``. What goes in is checked in ``api.schemas``.

Field names, order and meaning are the outside contract. Nothing here computes anything.
"""

from runix_tui.core.wire.answer import (
    Answer,
    Problem,
    WrongField,
)
from runix_tui.core.wire.deployments import (
    Accepted,
    CommitDetails,
    Connection,
    Deployment,
    DeploymentDetails,
    DeploymentEvent,
    Fault,
    HistoryEntry,
    OriginDetails,
    Planned,
    Project,
    Removed,
    Resources,
    RolledBack,
    Shell,
    StageDetails,
    Usage,
    VersionConfig,
    VersionDetails,
)
from runix_tui.core.wire.installation import (
    Activity,
    Check,
    EngineHealth,
    GatewayHealth,
    Health,
    Setting,
    Settings,
)

__all__ = [
    "Accepted",
    "Activity",
    "Answer",
    "Check",
    "CommitDetails",
    "Connection",
    "Deployment",
    "DeploymentDetails",
    "DeploymentEvent",
    "EngineHealth",
    "Fault",
    "GatewayHealth",
    "Health",
    "HistoryEntry",
    "OriginDetails",
    "Planned",
    "Problem",
    "Project",
    "Removed",
    "Resources",
    "RolledBack",
    "Setting",
    "Settings",
    "Shell",
    "StageDetails",
    "Usage",
    "VersionConfig",
    "VersionDetails",
    "WrongField",
]
