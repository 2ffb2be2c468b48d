"""A page that says which version, commit and instance type it is: the sample that `make demo` deploys."""

import json
import os
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template

COLOUR = "#3b82f6"
GREETING = "Hello from your own cloud"

PAGE = Template(Path(__file__).with_name("page.html").read_text("utf-8"))
STARTED = time.time()


class Visits:
    """How many pages were asked for, counted over all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0

    def add(self) -> int:
        with self._lock:
            self._count += 1
            return self._count

    @property
    def count(self) -> int:
        return self._count


VISITS = Visits()


def facts() -> dict[str, object]:
    """What the page shows; the RUNIX_ names come with every service."""
    return {
        "service": os.environ.get("RUNIX_SERVICE_NAME", "showcase"),
        "version": int(os.environ.get("RUNIX_VERSION") or 0),
        "commit": os.environ.get("RUNIX_COMMIT", "")[:7] or None,
        "instance_type": os.environ.get("RUNIX_INSTANCE_TYPE", "none"),
        "greeting": GREETING,
        "colour": COLOUR,
        "uptime_seconds": round(time.time() - STARTED),
        "visits": VISITS.count,
    }


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "showcase"

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/":
            VISITS.add()
            page = PAGE.substitute({name: "–" if value is None else value for name, value in facts().items()})
            self.answer(200, "text/html; charset=utf-8", page)
        elif path == "/api":
            self.answer(200, "application/json", json.dumps(facts()))
        elif path == "/healthz":
            self.answer(200, "text/plain", "ok\n")
        elif path == "/ticks":
            self.ticks()
        else:
            self.answer(404, "text/plain", "not found\n")

    def answer(self, status: int, kind: str, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def ticks(self) -> None:
        """Server-sent events until the reader goes away or the server stops."""
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()
        try:
            while not STOPPING.is_set():
                self.wfile.write(f"data: {json.dumps(facts())}\n\n".encode())
                self.wfile.flush()
                STOPPING.wait(1)
        except OSError:
            pass  # the reader went away

    def log_message(self, form: str, *args: object) -> None:
        print(f"{self.address_string()} {form % args}", flush=True)


STOPPING = threading.Event()


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # of 5, a burst of visitors would be refused


def tick() -> None:
    """A line a second, so that there is something to watch in the log."""
    number = 0
    while not STOPPING.wait(1):
        number += 1
        print(f"tick {number}: up {round(time.time() - STARTED)} s, {VISITS.count} visits", flush=True)


def main() -> None:
    port = int(os.environ.get("PORT", "8000"))
    server = Server((os.environ.get("HOST", "0.0.0.0"), port), Handler)

    def stop(_number: int, _frame: object) -> None:
        STOPPING.set()
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    threading.Thread(target=tick, daemon=True).start()
    me = facts()
    print(f"{me['service']} v{me['version']} ({me['commit']}, {me['instance_type']}) listens on port {port}", flush=True)
    server.serve_forever()
    print("stopped cleanly", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
