"""A build followed to its end: what is said of it, and the code that scripts get."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import typer

from runix_tui.cli.follow import finish
from runix_tui.core.events import End, LogLine, StageMark
from runix_tui.core.stages import VersionStatus
from runix_tui.core.wire import Fault
from runix_tui.errors import NotFound

HINT = "Check the name, and this machine's network."
STAMP = "2026-02-25T10:00:00.000000001Z"


class Followed:
    """A client whose one build says why it ended, and ends."""

    def __init__(self, ended: str, error: Fault | None = None) -> None:
        self.ended = ended
        self.error = error

    def build_chunks(self, deployment_id: str, *, version: int | None) -> Iterator[Any]:
        said = (self.error.message, self.error.hint) if self.error else ()
        lines = [LogLine(number, STAMP, "runix", text) for number, text in enumerate(said, 2)]
        events = [StageMark(1, "fetching", "started"), *lines, End(9, self.ended)]
        yield SimpleNamespace(events=lambda: iter(events))

    def deployment(self, deployment_id: str) -> Any:
        serving = self.ended == "running"
        return SimpleNamespace(
            service_name="shop", version=3 if serving else 2, serving=True, url="http://shop", error=self.error
        )


class NeverBegun(Followed):
    """A client whose build ended while it waited: there is no log of it."""

    def build_chunks(self, deployment_id: str, *, version: int | None) -> Iterator[Any]:
        raise NotFound(f"shop has no build log of version {version}")
        yield

    def version(self, deployment_id: str, number: int) -> Any:
        return SimpleNamespace(status=VersionStatus(self.ended))


def followed(client: Followed) -> int:
    try:
        finish(client, "id", "shop", 3, json=False)  # type: ignore[arg-type] - what is asked of a client here
    except typer.Exit as left:
        return left.exit_code
    return 0


@pytest.mark.parametrize(
    ("ended", "transient", "code"),
    [("running", None, 0), ("failed", False, 1), ("failed", True, 75), ("cancelled", None, 1)],
)
def test_only_what_may_pass_by_itself_is_worth_retrying(ended: str, transient: bool | None, code: int) -> None:
    error = None if transient is None else Fault(code="unreachable", message="m", hint=HINT, transient=transient)
    assert followed(Followed(ended, error)) == code


def test_the_hint_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    error = Fault(code="unreachable", message="no-such-host.invalid is not known", hint=HINT, transient=True)
    followed(Followed("failed", error))
    said = capsys.readouterr().err
    assert said.count(HINT) == 1
    assert said.endswith("shop: version 3 failed; version 2 still serves.\n")


@pytest.mark.parametrize("ended", ["superseded", "cancelled"])
def test_one_that_never_had_its_turn_is_told_by_how_it_ended(ended: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert followed(NeverBegun(ended)) == 1
    assert capsys.readouterr().err == f"shop: version 3 {ended}; version 2 still serves.\n"
