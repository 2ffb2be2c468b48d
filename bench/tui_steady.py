"""A service of the bench: answers with its stamp; /flood?RATE-SECONDS writes RATE numbered lines a second, each with
the time of its writing."""

import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path

STAMP = Path(__file__).with_name("stamp.txt")
BATCHES = 100  # a second
LINE = b"INFO <%.3f> request %d of many was answered\n"
numbers = count()


def flood(rate: int, seconds: float) -> int:
    """Write lines evenly; gives how many."""
    batch = rate // BATCHES
    started = time.monotonic()
    for step in range(int(seconds * BATCHES)):
        now = time.time()
        sys.stdout.buffer.write(b"".join(LINE % (now, next(numbers)) for _ in range(batch)))
        sys.stdout.buffer.flush()
        time.sleep(max(0.0, started + (step + 1) / BATCHES - time.monotonic()))
    return batch * int(seconds * BATCHES)


class Handler(BaseHTTPRequestHandler):
    """One page, and the flood."""

    def do_GET(self) -> None:
        """Answer."""
        body = STAMP.read_bytes()
        if self.path.startswith("/flood"):
            rate, seconds = self.path.partition("?")[2].split("-")
            body = b"%d" % flood(int(rate), float(seconds))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing but the flood is in the log."""


if __name__ == "__main__":
    ThreadingHTTPServer(("0.0.0.0", int(os.environ["PORT"])), Handler).serve_forever()
