"""What a user can do with deployments: asks where it should be asked, calls the API, says what came of it.

Every action ends in an answer on the screen. Nothing is drawn here.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from operator import methodcaller
from typing import TYPE_CHECKING, Any

from runix_tui.core.stages import Status
from runix_tui.errors import RunixError
from runix_tui.tui import browsing
from runix_tui.tui.messages import FleetChanged
from runix_tui.tui.modals.questions import Choice, Question, TypeTheName
from runix_tui.tui.notices import Weight

if TYPE_CHECKING:
    from textual.worker import Worker

    from runix_tui.core.wire import Deployment
    from runix_tui.tui.screens.main import MainScreen

AT_ONCE = 3  # calls that wait for the engine
CANCELLED_WITHIN = 10.0  # seconds, before one leaves all the same


class Actions:
    """The actions of the main screen, by name: ``redeploy``, ``rollback``, ``cancel``, …"""

    def __init__(self, screen: "MainScreen") -> None:
        self._screen = screen
        self._leaving: Question | None = None  # asked since one wanted to leave

    def run(self, name: str, targets: "Sequence[Deployment]") -> None:
        """Do ``name`` with ``targets``, in the background."""
        if targets:
            self._begin(partial(getattr(self, name), targets))
        elif not self._screen.fleet.known:
            self._tell(name, "The server is still being reached; then try once more.", Weight.WARNING)
        else:
            self._tell(name, "No deployment is chosen: move to one, or press a to add one.", Weight.WARNING)

    async def redeploy(self, targets: "Sequence[Deployment]") -> None:
        """Build the newest commit of each."""
        await self._each(targets, "redeploy")

    async def rollback(self, targets: "Sequence[Deployment]") -> None:
        """Ask which version, then go back to it."""
        from runix_tui.tui.modals.rollback import RollBack

        if self._is_one(targets, "roll back", "b"):
            await self._screen.app.push_screen_wait(RollBack(targets[0]))

    async def cancel(self, targets: "Sequence[Deployment]") -> None:
        """Stop running builds."""
        await self._each(targets, "cancel", "cancelling")

    async def stop_or_start(self, targets: "Sequence[Deployment]") -> None:
        """Stop what runs (asked for); start when all are stopped."""
        running = [each for each in targets if each.status != Status.STOPPED]
        if not running:
            await self._each(targets, "start", "starting")
        elif await self._sure(
            f"Stop {_names(running)}?", "Releases are kept; s starts it again. Its URL says that it is stopped."
        ):
            await self._each(running, "stop", "stopping")

    async def delete(self, targets: "Sequence[Deployment]") -> None:
        """Delete for good: the name (of several: how many) is typed first."""
        words = targets[0].service_name if len(targets) == 1 else f"delete {len(targets)}"
        what = f"Delete {_names(targets)} with all releases, logs and data? This cannot be undone."
        if await self._screen.app.push_screen_wait(TypeTheName(what, words)):
            await self._each(targets, "delete", "deleting")

    async def open(self, targets: "Sequence[Deployment]") -> None:
        """Open URLs in the user's browser; where there is none, copy them."""
        unseen = []
        for each in targets:
            if each.url is None:
                self._screen.runix.tell(f"open {each.service_name}", "It has no URL yet.", Weight.WARNING)
            elif self._screen.app.is_web:  # the browser that one is in
                self._screen.app.open_url(each.url)
            elif not await asyncio.to_thread(browsing.shown, each.url):
                unseen.append(each.url)
        if unseen:
            urls = "\n".join(unseen)
            self._screen.app.copy_to_clipboard(urls)
            self._tell("open", f"No browser can be opened from here. Copied instead:\n{urls}", Weight.WARNING)

    async def copy_url(self, targets: "Sequence[Deployment]") -> None:
        """URLs to the clipboard, a line each."""
        urls = [each.url for each in targets if each.url]
        if urls:
            self._screen.app.copy_to_clipboard("\n".join(urls))
        self._screen.runix.tell("copy URL", "\n".join(urls) or "It has no URL yet.")

    async def shell(self, targets: "Sequence[Deployment]") -> None:
        """A shell in the container, in place of the screen until it ends."""
        from runix_tui.tui.shell import run_shell

        if not self._is_one(targets, "shell", "x"):
            return
        one, runix = targets[0], self._screen.runix
        try:
            await runix.connection.sure()  # what comes back is run here: from the home's own server alone
            found = await runix.connection.call(lambda client: client.shell(one.id))
            await runix.connection.sure()
        except RunixError as error:
            runix.problem(f"shell in {one.service_name}", error)
        else:
            await run_shell(runix, one.service_name, found)

    def add(self) -> None:
        """The form for a new deployment."""
        from runix_tui.tui.modals.new import NewDeployment

        self._screen.app.push_screen(NewDeployment(), self._screen.expect)

    async def leave(self) -> None:
        """Leave; when something is being built by the own server, ask what becomes of it. Asked to leave once more
        while that question is open, its first answer holds: nothing is lost by it."""
        runix = self._screen.runix
        if self._leaving is not None:
            if self._leaving is runix.screen:
                self._leaving.dismiss("keep")
            return
        door = runix.connection.door
        working = [each for each in runix.fleet.deployments.values() if each.status is Status.BUILDING]
        if door is None or not door.owned or not working:
            await runix.leave()
            return
        self._leaving = Question(
            f"{_names(working)} is being deployed by this program.",
            "What is to become of it?",
            (
                Choice("keep", "Go on in the background", "a detached server goes on; `runix` attaches to it"),
                Choice("cancel", "Cancel it and leave", "what served before serves on"),
                Choice("stay", "Stay"),
            ),
        )
        self._begin(partial(self._ask_and_leave, self._leaving, working))

    async def _ask_and_leave(self, question: Question, working: "Sequence[Deployment]") -> None:
        runix = self._screen.runix
        try:
            choice = await runix.push_screen_wait(question)
            if choice == "cancel":
                await self._cancel_all(working)
            if choice in ("keep", "cancel"):
                await runix.leave(keep=choice == "keep")
        finally:
            self._leaving = None

    async def _cancel_all(self, working: "Sequence[Deployment]") -> None:
        """Cancelled, not cut off: so says the history. What ended by itself meanwhile, or cannot be reached, ends with
        the server."""
        runix = self._screen.runix

        async def one(target: "Deployment") -> None:
            with suppress(RunixError):
                await runix.connection.call(methodcaller("cancel", target.id))

        with suppress(TimeoutError):
            async with asyncio.timeout(CANCELLED_WITHIN):
                await asyncio.gather(*map(one, working))

    def _begin(self, work: Callable[[], Coroutine[Any, Any, None]]) -> "Worker[None]":
        return self._screen.run_worker(work, group="actions")

    def _is_one(self, targets: "Sequence[Deployment]", name: str, key: str) -> bool:
        """Whether it is clear which one is meant; what to do else is told."""
        if len(targets) > 1:
            self._tell(name, f"One at a time: take the marks away (Esc), then {key} on the one.", Weight.WARNING)
        return len(targets) == 1

    async def _sure(self, what: str, why: str) -> bool:
        choices = (Choice("yes", "Yes"), Choice("no", "No"))
        return await self._screen.app.push_screen_wait(Question(what, why, choices)) == "yes"

    async def _each(self, targets: "Sequence[Deployment]", verb: str, doing: str = "") -> None:
        """One call of the client for each, a few at once; ``doing`` is what its row says meanwhile."""
        turns = asyncio.Semaphore(AT_ONCE)

        async def one(target: "Deployment") -> bool:
            async with turns:
                with self._said(target.id, doing):
                    return await self._do(target, verb)

        done = await asyncio.gather(*map(one, targets))
        if len(targets) > 1:
            self._screen.rows.unmark()
            failed = "" if all(done) else f", {done.count(False)} failed: see Activity (A)"
            self._tell(verb, f"Done with {done.count(True)} of {len(targets)}{failed}.")

    async def _do(self, target: "Deployment", verb: str) -> bool:
        """Whether it went well; what went wrong is told."""
        runix = self._screen.runix
        try:
            await runix.connection.call(methodcaller(verb, target.id), patient=True)
        except RunixError as error:
            runix.problem(f"{verb} {target.service_name}", error)
            return False
        return True

    @contextmanager
    def _said(self, deployment_id: str, doing: str) -> Iterator[None]:
        """Its row says what is being done."""
        if not doing:
            yield
            return
        doings = self._screen.fleet.doing
        doings[deployment_id] = doing
        self._screen.post_message(FleetChanged(frozenset({deployment_id})))
        try:
            yield
        finally:
            doings.pop(deployment_id, None)
            self._screen.post_message(FleetChanged(frozenset({deployment_id})))

    def _tell(self, name: str, text: str, weight: Weight = Weight.INFORMATION) -> None:
        self._screen.runix.tell(name.replace("_", " "), text, weight)


def _names(targets: "Sequence[Deployment]") -> str:
    if len(targets) == 1:
        return targets[0].service_name
    return f"{len(targets)} deployments ({', '.join(each.service_name for each in targets)})"
