"""A build's log in a pane, and what it tells about the build."""

import json

from runix_tui.tui.logs.progress import Progress
from runix_tui.tui.logs.source import LogSource
from runix_tui.tui.widgets.log_messages import BuildProgress
from tests.tui.logkit import API, Host, Server, line, screen, shown, until


def entry(seq: int, **found: object) -> bytes:
    return json.dumps({"seq": seq, **found}, separators=(",", ":")).encode() + b"\n"


BUILD = [
    entry(1, stage="fetching", status="started"),
    line(2, "abc1234", at=1.0, stream="runix"),
    entry(3, stage="fetching", status="done"),
    entry(4, stage="building", status="started"),
    line(5, "STEP 1/2: FROM base", at=2.0),
    line(6, "--> Using cache 0123456789abcdef", at=2.5),
    line(7, "STEP 2/2: RUN make", at=3.0),
    line(8, "making", at=3.5),
    line(9, "error: no make", at=7.0),
    entry(10, stage="building", status="failed"),
    entry(11, status="failed"),
]


class Listening(Host):
    told: Progress | None = None

    def on_build_progress(self, event: BuildProgress) -> None:
        self.told = event.progress


async def test_a_build_tells_its_stages_and_steps() -> None:
    server = Server()
    server.say(BUILD[:7])
    app = Listening(server, LogSource.build(API, 4))
    async with app.run_test(size=(60, 14)) as pilot:
        await until(pilot, lambda: app.told is not None and len(app.told.steps) == 2)
        assert app.told is not None
        assert [(step.number, step.total, step.text, step.cached) for step in app.told.steps] == [
            (1, 2, "FROM base", True),
            (2, 2, "RUN make", False),
        ]
        assert app.told.steps[1].ended is None
        server.say(BUILD[7:])
        await until(pilot, lambda: app.told is not None and app.told.status == "failed")
        assert app.told.steps[1].failed
        assert app.told.steps[1].seconds == 4.0
        assert [(stage.name, stage.status, stage.seconds) for stage in app.told.stages] == [
            ("fetching", "done", 0.0),
            ("building", "failed", 6.0),
        ]
        await until(pilot, lambda: "■ failed" in screen(app)[-1])
        assert "── build failed ──" in shown(app)
        assert "── fetch ──" in shown(app)
        assert not any("done" in row or "building" in row for row in shown(app)), "one line for a stage"
