"""What a log pane says about itself: why there is no line, how it stands, what is filtered and found."""

from datetime import UTC, datetime

from rich.text import Text

from runix_tui.core.human import local
from runix_tui.core.stages import Stage
from runix_tui.core.terminal import plain
from runix_tui.tui.logs.log import Log, Phase
from runix_tui.tui.logs.reading import Reading
from runix_tui.tui.logs.spool import FULL
from runix_tui.tui.logs.stamps import Stamps
from runix_tui.tui.walks import ending_word
from runix_tui.tui.widgets.log_view import LogView

APART = " · "


def note(reading: Reading | None, because: str) -> str:
    """Why there is no line; empty when there is one."""
    if reading is None:
        return because or "No log is chosen."
    if not len(reading.log.spool):
        return _empty(reading.log, because)
    return "" if len(reading.rows) else _filtered_away(reading)


def _empty(log: Log, because: str) -> str:
    if log.stuck is not None:
        return f"{_waits(log, log.stuck)}."
    match log.phase:
        case Phase.WAITING | Phase.FOLLOWING:
            return because or "Waiting for the first line …"
        case Phase.AWAY:
            return "The server is away. The log goes on when it is back."
        case Phase.ENDED:
            return f"It ended without a line: {ending_word(plain(log.why))}."
        case Phase.GONE | Phase.FAILED:
            return because or plain(log.why)


def _filtered_away(reading: Reading) -> str:
    if reading.busy:
        return "No line passes the filters so far; still looking …"
    if reading.filters:
        return f"All {count(len(reading.log.spool))} are filtered away: backspace takes the newest filter away."
    return f"Nothing since {_moment(reading.floor or 0)}: T shows more."


def status(view: LogView, reading: Reading) -> Text:
    """The status line."""
    parts = [Text(_state(reading.log, reading.position.following))]
    if reading.log.source.merged:
        parts.append(Text(" + ".join(plain(member.name) for member in reading.log.source.members), "bold"))
    if view.hand.picked is not None:
        parts.append(Text("selecting: y copies, Esc ends", "bold"))
    if reading.query is not None:
        parts.append(Text(f"/ {plain(reading.query.shown)}  {found(reading)}", "bold"))
    parts += [Text(f" {plain(chip)} ", "reverse") for chip in reading.filters.chips()]
    if reading.floor is not None:
        parts.append(Text(f" since {_moment(reading.floor)} ", "reverse"))
    parts.append(Text(_counts(reading)))
    if view.look.stamps is Stamps.DELTA:
        parts.append(Text("time since the line above"))
    return Text(APART).join(parts)


def found(reading: Reading) -> str:
    """Which of the found lines is the current one: ``12/340``; ``…`` while more may be found."""
    if reading.found is None:
        return ""
    total = len(reading.found.ids)
    more = " …" if reading.busy else ""
    current = reading.position.current
    if not total:
        return f"looking{more}" if more else "not found"
    place = f"{reading.found.index(current) + 1:,}" if current is not None else "–"
    return f"{place}/{total:,}{more}".replace(",", "\u202f")


def count(lines: int) -> str:
    """A number of lines in words."""
    return f"{lines:,} line{'' if lines == 1 else 's'}".replace(",", "\u202f")


def _counts(reading: Reading) -> str:
    log = reading.log
    total = count(len(log.spool))
    if reading.filters or reading.floor is not None:
        total = f"{len(reading.rows):,} of {total}".replace(",", "\u202f")
    if log.paging:
        return f"{total}, older ones coming …"
    if log.spool.full:
        went = f": {count(log.spool.dropped)} went" if log.spool.dropped else ""
        return f"{total}, no room for older ones{went}"
    return total if log.complete or not len(log.spool) else f"{total}, more above"


def _ended(log: Log) -> str:
    """How a build ended; a version that only starts an image was not built."""
    stages = log.progress.stages if log.progress is not None else ()
    built = log.why == "running" and any(stage.name == Stage.BUILDING for stage in stages)
    return ("built, " if built else "") + ending_word(plain(log.why) or "ended")


def _waits(log: Log, stuck: OSError) -> str:
    """Why the log stands still, and what to do."""
    if stuck.errno in FULL:
        return f"No room in {log.spool.folder}: free some, and the log goes on"
    return f"{log.spool.folder} takes no lines ({stuck.strerror or stuck}): mend that, and the log goes on"


def _state(log: Log, following: bool) -> str:
    if log.stuck is not None:
        return f"✗ {_waits(log, log.stuck)}"
    match log.phase:
        case Phase.AWAY:
            return "◌ server away"
        case Phase.ENDED:
            return f"■ {_ended(log)}"
        case Phase.GONE | Phase.FAILED:
            return f"✗ {plain(log.why)}"
        case _:
            return "● following" if following else "‖ reading"


def _moment(at: float) -> str:
    """On this machine's clock; of another day with its date."""
    day, _, time = local(datetime.fromtimestamp(at, UTC)).partition(" ")
    return time if day == local(datetime.now(UTC)).partition(" ")[0] else f"{day} {time}"
