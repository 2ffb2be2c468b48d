"""The logs of several services in one pane."""

import pytest

from runix_tui.errors import NotFound, RunixError, StoreError, Unauthorized
from runix_tui.tui.logs.source import LogSource
from runix_tui.tui.widgets.log_messages import MergeWanted
from runix_tui.tui.widgets.log_pane import LogPane
from tests.tui.logkit import API, WORKER, Host, Server, line, screen, shown, until

BOTH = LogSource.runtime(API, WORKER)


class MergingHost(Host):
    """Answers M with both services."""

    def on_merge_wanted(self, event: MergeWanted) -> None:
        event.pane.show(BOTH)


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


def both_say_something() -> Server:
    server = Server()
    server.say([line(1, "a1", at=1)], API)
    server.say([line(1, "w1", at=2)], WORKER)
    return server


@pytest.mark.parametrize("error", [NotFound("No such deployment"), Unauthorized("A token is needed")])
async def test_one_that_is_refused_says_so_and_the_others_go_on(error: RunixError) -> None:
    server = both_say_something()
    app = Host(server, BOTH)
    async with app.run_test(size=(60, 12)) as pilot:
        await until(pilot, lambda: shown(app)[:2] == ["api    a1", "worker w1"])
        server.refuse(WORKER, error)
        ended = f"worker ── its log ends here: {error.message} ──"
        await until(pilot, lambda: shown(app)[2] == ended)
        server.say([line(2, "a2", at=3)], API)
        await until(pilot, lambda: shown(app)[3] == "api    a2")
        assert "● following · api + worker" in screen(app)[-1]


async def test_one_that_is_refused_from_the_beginning_says_so_too() -> None:
    server = both_say_something()
    server.refuse(WORKER, StoreError("The log is damaged"))
    app = Host(server, BOTH)
    async with app.run_test(size=(60, 12)) as pilot:
        await until(
            pilot, lambda: shown(app)[:2] == ["api    a1", "worker ── its log ends here: The log is damaged ──"]
        )


async def test_one_that_was_deleted_says_so_once_and_one_that_was_refused_is_asked_again() -> None:
    server = both_say_something()
    server.refuse(API, Unauthorized("A token is needed"))
    server.refuse(WORKER, NotFound("No such deployment"))
    app = Host(server, BOTH)
    async with app.run_test(size=(60, 12)) as pilot:
        await until(pilot, lambda: "✗ A token is needed" in screen(app)[-1])
        assert sorted(shown(app)[:2]) == [
            "api    ── its log ends here: A token is needed ──",
            "worker ── its log ends here: No such deployment ──",
        ]
        app.pane.show(None)
        server.refused.clear()
        app.pane.show(BOTH)
        await until(pilot, lambda: shown(app)[2] == "api    a1" and "● following" in screen(app)[-1])
        server.say([line(2, "a2", at=3)], API)
        await until(pilot, lambda: shown(app)[3] == "api    a2")
        assert shown(app)[4] == "", "what was deleted is not asked again"


async def test_short_logs_are_there_as_a_whole() -> None:
    server = Server()
    server.say([line(1, "a1", at=1)], API)
    server.say([line(1, "w1", at=2), line(2, "w2", at=3)], WORKER)
    app = Host(server, BOTH)
    async with app.run_test(size=(60, 12)) as pilot:
        await until(pilot, lambda: shown(app)[:3] == ["api    a1", "worker w1", "worker w2"])


async def test_all_that_were_deleted_are_gone() -> None:
    server = both_say_something()
    app = Host(server, BOTH)
    async with app.run_test(size=(80, 12)) as pilot:
        await until(pilot, lambda: shown(app)[:2] == ["api    a1", "worker w1"])
        server.refuse(API, NotFound("No such deployment"))
        server.refuse(WORKER, NotFound("No such deployment"))
        await until(pilot, lambda: "✗ None of these services is there any more" in screen(app)[-1])


async def test_where_older_lines_are_refused_it_is_said() -> None:
    server = Server()
    server.say([line(seq, f"a{seq}", at=seq) for seq in range(1, 1501)], API)
    server.say([line(seq, f"w{seq}", at=seq) for seq in range(1, 1501)], WORKER)
    app = Host(server, BOTH)
    async with app.run_test(size=(80, 12)) as pilot:
        await until(pilot, lambda: shown(app)[-1] == "worker w1500")
        server.refused[WORKER.id] = StoreError("The log is damaged")
        await pilot.press("g")
        await until(pilot, lambda: shown(app)[0] == "api    a1")
        await pilot.press("slash", *"cannot be had", "enter")
        await until(pilot, lambda: "/ cannot be had  1/1" in screen(app)[-1])
        said = shown(app).index("worker ── its older lines cannot be had: The log is damaged ──")
        assert [each.split()[0] for each in shown(app)[:said]] == ["api"] * said
        assert shown(app)[said + 1 : said + 3] == ["api    a501", "worker w501"]
