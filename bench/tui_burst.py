"""What the log pane takes in: by itself, and from a container to the last line on the screen."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from bench.bursts import LINES, Burst, follow
from bench.figures import Figure, Target, alternate
from bench.home import RUNIX, Home
from bench.raw import Raw
from bench.repository import shouter
from bench.tui_budget import Budget
from bench.tui_ingest import ingest
from bench.tui_screen import open_log
from bench.tui_terminal import terminal

NAME = "bench-pane"


def pane(home: Home, folder: Path, pairs: int) -> list[Figure | Budget]:
    """A burst of 200 000 lines, from the request that causes it until its last line is on the screen; against the same
    burst of a container of the same image until ``podman logs -f`` has written it. Then a pane without a server."""
    repository = shouter(folder / "pane")
    repository.stamp("pane")
    made = home.deploy(repository.path, NAME, instance_type="pro")
    raw = Raw(home)
    recipe = raw.like(made["id"])
    container = recipe.run(home.call("GET", f"/deployments/{made['id']}/history")[0]["image_id"])
    recipe.await_answer(container)
    parts = urlsplit(made["url"])

    def theirs(_number: int) -> float:
        burst = Burst()
        with follow(raw, container, "--tail", "0") as read:
            time.sleep(0.3)  # until it follows
            return _rate(burst, (*recipe.address(container), "localhost"), lambda: burst.read(read))

    try:
        with terminal((RUNIX, "--select", NAME), home.environ) as program:
            open_log(program, NAME.encode())

            def ours(_number: int) -> float:
                burst, at = Burst(), len(program.chunks)
                address = ("127.0.0.1", parts.port or 80, parts.netloc)
                found = _rate(burst, address, lambda: program.wait(burst.end, since=at))
                program.quiet()
                return found

            found = alternate(ours, theirs, pairs)
    finally:
        raw.remove(container)
    figure = Figure("burst, from the container to the pane", "lines/s", *found, Target(0.5, low=False))
    return [figure, *ingest()]


def _rate(burst: Burst, address: tuple[str, int, str], wait: Callable[[], object]) -> float:
    """Lines a second, from the request until ``wait`` has seen the last one."""
    started = time.perf_counter()
    cause = threading.Thread(target=burst.cause, args=address)
    cause.start()
    wait()
    seconds = time.perf_counter() - started
    cause.join()
    return LINES / seconds
