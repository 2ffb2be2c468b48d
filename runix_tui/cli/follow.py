"""A build followed on the command line: stages and log lines to stderr as they come."""

import sys
from typing import TYPE_CHECKING

from runix_tui.cli.output import foreign, say
from runix_tui.core.events import End, Gap, LogLine, StageMark

if TYPE_CHECKING:
    from runix_tui.client import Client


def follow_build(client: "Client", deployment_id: str, version: int | None) -> str:
    """Show a version's build log until its end; gives the history status it ended with."""
    for event in client.build_log(deployment_id, version=version):
        match event:
            case LogLine(line=text, stream=stream):
                say(foreign(text, sys.stderr) if stream != "runix" else f"-- {foreign(text, sys.stderr)}")
            case StageMark(stage=stage, status="started"):
                say(f"== {stage}")
            case Gap(dropped=count):
                say(f"-- {count} lines were not kept")
            case End(status=status):
                return status
            case _:
                pass
    return client.version(deployment_id, version).status.value if version else "failed"
