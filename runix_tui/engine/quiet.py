"""Leaves out of a log what apt and dpkg say to nobody: an install has hundreds of such lines and one that matters."""

import re

from runix_tui.core.ports import LogSink

_NOISE = re.compile(
    r"Selecting previously|\(Reading database|Preparing to unpack|Unpacking |Get:\d|Hit:\d|Ign:\d|"
    r"Reading package lists|Building dependency tree|Reading state information|Suggested packages|"
    r"Recommended packages|debconf: |invoke-rc.d: |  \S|"
    r"The following (additional|NEW) packages|Need to get|After this operation|Processing triggers|"
    r"update-alternatives: using|Successfully tagged |COMMIT |--> |Getting image source|Copying (blob|config) |"
    r"Writing manifest to|Storing signatures"
)


def without_noise(log: LogSink) -> LogSink:
    """A sink that hands on to ``log`` what says how far an install is, and everything unusual."""

    def sink(stream: str, text: str) -> None:
        for line in text.split("\n"):
            if line.strip() and not _NOISE.match(line):
                log(stream, line)

    return sink
