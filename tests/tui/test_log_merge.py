"""The logs of several services in one pane."""

from runix_tui.tui.logs.source import LogSource
from runix_tui.tui.widgets.log_pane import LogPane, MergeWanted
from tests.tui.logkit import API, WORKER, Host, Server, line, shown, until


class MergingHost(Host):
    """Answers M with both services."""

    def on_merge_wanted(self, event: MergeWanted) -> None:
        event.pane.show(LogSource.runtime(API, WORKER))


async def test_lines_of_two_services_stand_in_the_order_of_time() -> None:
    server = Server()
    server.say([line(seq, f"a{seq}", at=seq * 2) for seq in range(1, 1001)], API)
    server.say([line(seq, f"w{seq}", at=seq * 2 + 1) for seq in range(1, 1001)], WORKER)
    app = MergingHost(server, LogSource.runtime(API))
    async with app.run_test(size=(60, 12)) as pilot:
        await until(pilot, lambda: shown(app)[-1] == "a1000")
        await pilot.press("M")
        await until(pilot, lambda: shown(app)[-1] == "worker w1000")
        assert shown(app)[-4:] == ["api    a999", "worker w999", "api    a1000", "worker w1000"]
        server.say([line(1001, "a1001", at=3001)], API)
        server.say([line(1001, "w1001", at=3000)], WORKER)
        await until(pilot, lambda: shown(app)[-2:] == ["worker w1001", "api    a1001"])
        await pilot.press("g")
        await until(pilot, lambda: shown(app)[:3] == ["api    a1", "worker w1", "api    a2"])
        assert len(app.query_one(LogPane).view.rows or ()) == 2002
