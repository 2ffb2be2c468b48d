"""HAProxy's runtime API: the master's Unix socket, through which every worker is reached.

A reload leaves workers that keep their connections until these end, for hours where a WebSocket stays open. Their
routes stay as they are (new requests they hand on, see configuration.py), so changes go to the accepting worker alone,
while draining asks all of them.
"""

import asyncio
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from runix_tui.core.ports import Clock
from runix_tui.errors import Unavailable
from runix_tui.gateway import commands
from runix_tui.gateway.commands import Processes
from runix_tui.gateway.table import Place, Table

_ANSWER_TIME = 10.0  # seconds that one exchange may take
_LINE = 4096  # bytes; HAProxy takes one line of at most its buffer's size
_POLL = 0.02


class Runtime:
    """Talks to the HAProxy behind ``socket``. Every method raises ``Unavailable`` when it does not answer."""

    def __init__(self, socket: Path, clock: Clock) -> None:
        self._socket = socket
        self._clock = clock

    async def processes(self) -> Processes:
        """The workers there are."""
        return commands.parse_processes(await self._ask(commands.SHOW_PROCESSES))

    async def revision(self) -> str:
        """The configuration that the accepting worker runs."""
        return commands.parse_description(await self._ask(commands.SHOW_INFO, worker=await self._current()))

    async def table(self) -> Table:
        """The routes that the accepting worker has."""
        worker = await self._current()
        hosts = await self._ask(commands.show_map(), worker=worker)
        return commands.parse_table(hosts, await self._ask(commands.SHOW_SERVERS, worker=worker))

    async def apply(self, lines: Sequence[str]) -> list[str]:
        """Carry out changing commands; gives what HAProxy objected to."""
        return await self._change(await self._current(), lines)

    async def sessions(self, places: Collection[Place]) -> int:
        """Connections to these slots, of all workers."""
        processes = await self.processes()
        total = 0
        for worker in (self._accepting(processes), *processes.leaving):
            for backend in {backend for backend, _ in places}:
                answer = await self._ask(commands.show_statistics(backend), worker=worker)
                total += sum(count for place, count in commands.parse_statistics(answer).items() if place in places)
        return total

    async def shut(self, places: Collection[Place]) -> None:
        """End the connections to these slots, in all workers."""
        processes = await self.processes()
        await self._change(self._accepting(processes), [commands.shut_sessions(place) for place in places])
        for worker in processes.leaving:
            listed = await self._ask(commands.SHOW_SESSIONS, worker=worker)
            await self._change(worker, commands.shut_listed(listed, places))

    async def reload(self, revision: str, *, within: float) -> None:
        """Have a new worker take over the listening socket and run ``revision`` from disk; the old one keeps its
        connections. Raises ``Unavailable`` when that did not happen ``within`` so many seconds."""
        before = await self._current()
        await self._ask(commands.RELOAD)
        deadline = self._clock.monotonic() + within
        while not await self._runs(revision, instead_of=before):
            if self._clock.monotonic() > deadline:
                raise Unavailable(
                    "The gateway did not take its new configuration; it goes on with the old one.",
                    hint="Run `runix doctor`; the gateway's own log says what it objected to.",
                    code="gateway_reload_failed",
                )
            await self._clock.sleep(_POLL)

    async def _runs(self, revision: str, *, instead_of: int) -> bool:
        try:
            worker = await self._current()
            return worker != instead_of and await self.revision() == revision
        except Unavailable:  # while the master starts itself anew
            return False

    async def _change(self, worker: int, lines: Sequence[str]) -> list[str]:
        found: list[str] = []
        for batch in _batches(f"@!{worker} {line}" for line in lines):
            found += commands.complaints(await self._ask(batch))
        return found

    async def _current(self) -> int:
        return self._accepting(await self.processes())

    def _accepting(self, processes: Processes) -> int:
        if processes.current is None:
            raise _silent("it has no worker")
        return processes.current

    async def _ask(self, command: str, *, worker: int | None = None) -> str:
        line = command if worker is None else f"@!{worker} {command}"
        try:
            async with asyncio.timeout(_ANSWER_TIME):
                return await self._exchange(line)
        except (OSError, TimeoutError) as error:
            raise _silent(str(error) or "it does not answer") from error

    async def _exchange(self, line: str) -> str:
        reader, writer = await asyncio.open_unix_connection(str(self._socket))
        try:
            writer.write(line.encode() + b"\n")
            writer.write_eof()  # the answer ends when HAProxy closes in turn
            return (await reader.read()).decode(errors="replace")
        finally:
            writer.close()


def _batches(lines: Iterator[str]) -> Iterator[str]:
    batch = ""
    for line in lines:
        if batch and len(batch) + len(line) > _LINE:
            yield batch
            batch = ""
        batch += f";{line}" if batch else line
    if batch:
        yield batch


def _silent(why: str) -> Unavailable:
    return Unavailable(
        f"The gateway cannot be reached: {why}.",
        hint="It is started again when Runix starts; `runix doctor` says more.",
        code="gateway_unavailable",
    )
