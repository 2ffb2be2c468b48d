"""The full-screen front end in a terminal: how soon it shows, how soon it answers a key, what it costs when idle."""

import http.client
import re
import statistics
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from bench.figures import Figure, Target, alternate
from bench.home import RUNIX, Home, Json
from bench.repository import Repository, shouter
from bench.tui_budget import Budget
from bench.tui_terminal import Terminal, terminal

BARE = (sys.executable, "-m", "bench.tui_bare")
SERVICES = 10
KEYS = 60
PAUSE = 0.06  # seconds between two keys
IDLE = 10.0  # seconds
RATE = 50_000  # lines a second
FLOOD = 15.0  # seconds
LONG = 1_000_000  # lines
UP, DOWN = b"\x1b[A", b"\x1b[B"
PAINTED = rb"[^\x1b]"

STEADY = Path(__file__).with_name("tui_steady.py")


def screen(home: Home, folder: Path, pairs: int) -> list[Figure | Budget]:
    """Start, keys and idle costs with ten services; a bare Textual program is the rival."""
    _services(home, folder)
    found: list[Figure | Budget] = [*_starts(home, pairs), *_keys(home, pairs)]
    return [*found, *_idle(home)]


def flood(home: Home, folder: Path, _pairs: int) -> list[Figure | Budget]:
    """A service that writes 50 000 lines a second, its log on the screen: how soon a key is answered, how old the
    newest line on the screen is, and whether every line is there afterwards. Then the same log, opened at its end."""
    repository = Repository(folder / "flood")
    repository.write("main.py", STEADY.read_text("utf-8"))
    repository.stamp("flood")
    made = home.deploy(repository.path, "bench-flood", instance_type="pro")
    with terminal((RUNIX, "--select", "bench-flood"), home.environ) as program:
        open_log(program, b"bench-flood")
        found: list[Figure | Budget] = [*_flooded(program, made)]
    return [*found, *_long_log(home, made)]


def _services(home: Home, folder: Path) -> None:
    repository = shouter(folder / "services")
    repository.stamp("services")
    for number in range(SERVICES):
        home.deploy(repository.path, f"bench-{number:02}")


def _starts(home: Home, pairs: int) -> list[Figure | Budget]:
    """From the command to its first content and to a list that one can move in, told by the server or (with a last
    visit) remembered; against a bare program's content."""
    visit = Path(home.environ["RUNIX_HOME"], "front.json")

    def until(words: bytes, command: Sequence[str] = (RUNIX,), *, again: bool = True) -> float:
        if not again:
            visit.unlink(missing_ok=True)
        with terminal(command, home.environ) as program:
            return program.wait(words) - program.started

    frame = alternate(lambda _: until(b"Deployments"), lambda _: until(b"ready", BARE), pairs)
    last = f"bench-{SERVICES - 1:02}".encode()
    told = alternate(lambda _: until(last, again=False), lambda _: until(b"ready", BARE), pairs)
    remembered = alternate(lambda _: until(last), lambda _: until(b"ready", BARE), pairs)
    return [
        Figure("first frame", "s", *frame, Target(1.6)),
        Figure("list told by the server", "s", *told, Target(None)),
        Figure("list of the last visit", "s", *remembered, Target(None)),
        Budget("first frame", "s", statistics.median(frame[0]), 0.4),
        Budget("list told by the server", "s", statistics.median(told[0]), 0.6),
        Budget("list of the last visit", "s", statistics.median(remembered[0]), 0.6),
    ]


def _keys(home: Home, pairs: int) -> list[Figure | Budget]:
    """From a key to what it paints when nothing else happens: the 95th percentile of each run."""

    def ours(_number: int) -> float:
        with terminal((RUNIX,), home.environ) as program:
            program.wait(b"bench-00")
            program.quiet()
            return _latency(program, (DOWN, UP))

    def bare(_number: int) -> float:
        with terminal(BARE, home.environ) as program:
            program.wait(b"ready")
            program.quiet()
            return _latency(program, (b"x",))

    found = alternate(ours, bare, min(pairs, 3))
    return [
        Figure("key to paint, idle, p95", "ms", *found, Target(None)),
        Budget("key to paint, idle, p95", "ms", statistics.median(found[0]), 25),
    ]


def _latency(program: Terminal, typed: Sequence[bytes]) -> float:
    found = []
    for number in range(KEYS):
        at = len(program.chunks)
        sent = program.send(typed[number % len(typed)])
        found.append((program.wait(PAINTED, since=at) - sent) * 1000)
        time.sleep(PAUSE)
    return percentile(found, 95)


def _idle(home: Home) -> list[Figure | Budget]:
    """CPU of the front end while ten services do nothing and nobody types, and what the engine and the server use more
    than without it."""
    others = _behind(home)
    before = _used_within(others, IDLE)
    with terminal((RUNIX,), home.environ) as program:
        program.wait(b"bench-00")
        program.quiet(2.0)
        started = program.cpu
        behind = _used_within(others, IDLE)
        mine = (program.cpu - started) / IDLE * 100
        memory = program.memory / 1024**2
    return [
        Budget("CPU of the screen, idle, 10 services", "%", mine, 2),
        Budget("CPU of engine and server more, idle", "%", behind - before, 2),
        Budget("memory of the screen, 10 services", "MiB", memory),
    ]


def _behind(home: Home) -> list[psutil.Process]:
    """The server, and the engine's service that it started."""
    server = psutil.Process(home.pid)
    return [server, *server.children(recursive=True)]


def _used_within(processes: Sequence[psutil.Process], seconds: float) -> float:
    """Percent of one core that these use within the next ``seconds``."""
    before = sum(sum(each.cpu_times()[:2]) for each in processes)
    time.sleep(seconds)
    return (sum(sum(each.cpu_times()[:2]) for each in processes) - before) / seconds * 100


def open_log(program: Terminal, name: bytes) -> None:
    """Into the log of the service ``name``, which stands under the cursor."""
    program.wait(name)
    program.quiet()
    program.send(b"\r")
    program.send(b"3")
    program.wait(b"following|Waiting for the first line")


def _flooded(program: Terminal, made: Json) -> list[Figure | Budget]:
    written: list[int] = []
    writer = threading.Thread(target=lambda: written.append(_ask(made, f"/flood?{RATE}-{FLOOD:.0f}")))
    writer.start()
    program.wait(rb"<\d+\.\d+>")
    at, started = len(program.chunks), time.perf_counter()
    found = _stamp_keys(program, until=started + FLOOD - 2)
    ages = _ages(program, at, time.time() - time.perf_counter())
    writer.join()
    program.quiet(1.0)
    program.send(b"G")
    lines = _count(program, written[0])
    return [
        Budget("key to paint in a flood, p50", "ms", percentile(found, 50), 30),
        Budget("key to paint in a flood, p95", "ms", percentile(found, 95), 120),
        Budget("age of the newest line on the screen, p95", "s", percentile(ages, 95), 0.5),
        Budget("lines written", "lines/s", written[0] / FLOOD),
        Budget("lines kept of those written", "%", lines / written[0] * 100, 100, low=False),
    ]


def _stamp_keys(program: Terminal, until: float) -> list[float]:
    """Milliseconds from a key to the paint that only it can cause, the log running all the while: ``t`` shows times,
    then how long after the line above, then neither."""
    for _ in range(3):  # until it is known which of the three it is
        at = len(program.chunks)
        program.send(b"t")
        try:
            program.wait(b"time since", since=at, within=1)
        except TimeoutError:
            continue
        break
    program.send(b"t")
    found = []
    while time.perf_counter() < until:
        for shown in (rb"\d\d:\d\d:\d\d", b"time since", None):
            time.sleep(PAUSE)
            at = len(program.chunks)
            sent = program.send(b"t")
            if shown:
                found.append((program.wait(shown, since=at) - sent) * 1000)
    return found


def _ages(program: Terminal, since: int, offset: float) -> list[float]:
    """Of each paint with lines in it: the seconds between the writing of its newest line and its arrival."""
    found = []
    for moment, data in list(program.chunks[since:]):
        stamps = re.findall(rb"<(\d+\.\d+)>", data)
        if stamps:
            found.append(moment + offset - max(map(float, stamps)))
    return found


def _count(program: Terminal, wanted: int) -> int:
    """The number of lines that the pane says it has, once it does not grow any more."""
    program.quiet(1.0)
    text = b"".join(data for _, data in program.chunks[-200:]).decode("utf-8", "replace")
    counts = [int(found.replace("\u202f", "")) for found in re.findall(r"([\d\u202f]+) lines", text)]
    return min(max(counts, default=0), wanted)


def _long_log(home: Home, made: Json) -> list[Figure | Budget]:
    """A log of a million lines: opened at its end, then from its beginning; what the screen needs for that."""
    have = RATE * FLOOD
    _ask(made, f"/flood?{RATE}-{(LONG - have) / RATE + 1:.0f}")
    with terminal((RUNIX, "--select", "bench-flood"), home.environ) as program:
        program.wait(b"bench-flood")
        program.quiet()
        program.send(b"1")  # the last visit ended in the log
        program.quiet()
        at = len(program.chunks)
        sent = program.send(b"3")
        opened = program.wait(rb"<\d+\.\d+>", since=at) - sent
        program.send(b"\r")
        program.quiet()
        at = len(program.chunks)
        sent = program.send(b"g")
        top = program.wait(rb"request 0 of many|request 1 of many", since=at) - sent
        program.quiet(1.0)
        memory = program.memory / 1024**2
    return [
        Budget("1M lines, opened at the end", "s", opened, 0.3),
        Budget("1M lines, the first one on the screen", "s", top),
        Budget("memory of the screen, 1M lines", "MiB", memory, 100),
    ]


def _ask(made: Json, path: str) -> int:
    parts = urlsplit(made["url"])
    connection = http.client.HTTPConnection("127.0.0.1", parts.port or 80, timeout=120)
    connection.request("GET", path, headers={"Host": parts.netloc})
    return int(connection.getresponse().read())


def percentile(values: Sequence[float], hundredth: int) -> float:
    """The value below which that many hundredths lie."""
    return statistics.quantiles(values, n=100, method="inclusive")[hundredth - 1]
