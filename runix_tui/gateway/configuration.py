"""A table as HAProxy's files: the configuration, the map of hosts, the pages. Pure text; nothing is written here.

The files always say what the running HAProxy does, so that one that starts again (a crash, a kill, a reboot) or reloads
comes back with the same routes. Choices, and why:

- ``http-server-close``: connections of clients are kept alive, those to services are not reused. A service that closes
  an idle connection just as a request is sent on it is the usual source of stray 502s; on loopback a new one is cheap.
- ``retry-on conn-failure`` with ``redispatch``: only what no service has seen yet is tried again, on the slot that
  serves now, so a request that meets a container that just stopped is not lost.
- ``idle-close-on-response``: a worker that a reload leaves behind answers once more on each kept-alive connection, then
  closes it. Its routes can't be changed any more, so it hands such requests to its successor (``if { stopping }``).
- ``noreuseport``: two gateways never share a port unnoticed; a reload hands its socket over instead.
- ``Connection`` is rewritten and ``Upgrade: h2c`` dropped: a client can neither have the service drop the headers that
  the gateway set, nor speak past the gateway.
- ``abortonclose``: a service learns at once that a client went away.
- No traffic log: addresses of requests may hold secrets.
"""

import hashlib

from runix_tui.gateway import pages
from runix_tui.gateway.table import Backend, SlotState, Table, Target

CONFIG_DIR = "/gateway/config"  # inside the container, read-only
SOCKET_DIR = "/gateway/run"
MASTER_SOCKET = "master.sock"
CONFIG_FILE = "haproxy.cfg"
MAP_FILE = "hosts.map"
UNKNOWN = "unknown"
RELAY = "relay"
SERVICE = "svc_"  # backends of services: svc_0, svc_1, …

BUFFER = 32 * 1024  # bytes; bounds all headers of a request together
CONNECTIONS = 4096
NOWHERE = Target("127.0.0.1", 1)  # what a slot in maintenance points at

_FRAME = """\
# Written by Runix; changes are overwritten.
global
    description {revision}
    log stderr format raw daemon err
    maxconn {connections}
    no strict-limits
    noreuseport
    nbthread 2
    tune.bufsize {buffer}

defaults
    mode http
    timeout connect 3s
    timeout client 1h
    timeout server 1h
    timeout tunnel 24h
    timeout http-request 30s
    timeout http-keep-alive 60s
    timeout client-fin 30s
    timeout server-fin 30s
    option http-server-close
    option idle-close-on-response
    option http-no-delay
    option abortonclose
    retries 3
    retry-on conn-failure
    option redispatch 1
{error_files}

frontend web
    bind 127.0.0.1:{port}
    option disable-h2-upgrade
    http-request return status 400 content-type "text/html; charset=utf-8" file {folder}/400.html{headers} \
unless {{ req.hdr_cnt(host) eq 1 }}
    http-request set-var(txn.route) req.hdr(host),host_only,lower,rtrim(.),map({folder}/{map_file},{unknown})
    acl upgrades req.hdr(upgrade) -m found
    http-request del-header upgrade if {{ req.hdr(upgrade),lower -m sub h2c }}
    http-request del-header http2-settings
    http-request set-header Connection upgrade if upgrades
    http-request del-header connection unless upgrades
    http-request del-header ^(x[-_]forwarded[-_].*|x[-_]real[-_]ip|forwarded|proxy)$ -m reg
    http-request set-header X-Forwarded-For %[src]
    http-request set-header X-Forwarded-Host %[req.hdr(host)]
    http-request set-header X-Forwarded-Proto http
    http-request set-header X-Forwarded-Port {port}
    use_backend {relay} if {{ stopping }}
    use_backend %[var(txn.route)]
    default_backend {unknown}

backend {relay}
    server gateway 127.0.0.1:{port}

{page_backends}
"""


def host_of(subdomain: str) -> str:
    """The host name that a service answers to, without a port."""
    return f"{subdomain}.localhost"


def render(table: Table, *, port: int, folder: str = CONFIG_DIR) -> dict[str, str]:
    """Every file of the gateway's folder by its name. ``folder`` is where HAProxy sees them."""
    return {
        CONFIG_FILE: configuration(table, port=port, folder=folder),
        MAP_FILE: host_map(table),
        **pages.files(),
    }


def configuration(table: Table, *, port: int, folder: str = CONFIG_DIR) -> str:
    """``haproxy.cfg``. Slots that drain are written as free: who starts from this has no connection to keep."""
    frame = _frame(port, folder)
    backends = "\n".join(_service(number, backend) for number, backend in enumerate(table.backends))
    return frame.replace("{revision}", revision(len(table.backends), port=port, folder=folder)) + "\n" + backends


def revision(stock: int, *, port: int, folder: str = CONFIG_DIR) -> str:
    """What tells two configurations apart whose difference the runtime API cannot undo: a short hash of all but routes.
    HAProxy gives it back as ``description``."""
    parts = [_frame(port, folder), str(stock), _service(0, Table.of_size(1).backends[0]), *pages.files().values()]
    return "runix-" + hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def host_map(table: Table) -> str:
    """``hosts.map``: a host and the backend that answers for it on each line."""
    return "".join(f"{host_of(name)} {backend_name(where)}\n" for name, where in sorted(table.hosts.items()))


def backend_name(where: int | str) -> str:
    """The backend of a service by its number, or that of a page."""
    return f"{SERVICE}{where}" if isinstance(where, int) else str(where)


def server_name(backend: int, slot: int) -> str:
    """A slot as the runtime API names it (``svc_3/s1``)."""
    return f"{SERVICE}{backend}/s{slot}"


def _frame(port: int, folder: str) -> str:
    return _FRAME.format(
        revision="{revision}",
        connections=CONNECTIONS,
        buffer=BUFFER,
        port=port,
        folder=folder,
        map_file=MAP_FILE,
        unknown=UNKNOWN,
        relay=RELAY,
        headers=_headers(pages.ERRORS[400]),
        error_files="\n".join(f"    errorfile {status} {folder}/{status}.http" for status in pages.ERRORS),
        page_backends="\n".join(_page(name, answer, folder) for name, answer in pages.ANSWERS.items()),
    )


def _headers(answer: pages.Answer) -> str:
    return "".join(f' hdr {name} "{value}"' for name, value in answer.headers.items())


def _page(name: str, answer: pages.Answer, folder: str) -> str:
    respond, headers = f"    http-request return status {answer.status} content-type", _headers(answer)
    wants_json = "if { req.hdr(accept) -m sub json } !{ req.hdr(accept) -m sub html }"
    return (
        f"backend {name}\n"
        f'{respond} "application/problem+json" file {folder}/{name}.json{headers} {wants_json}\n'
        f'{respond} "text/html; charset=utf-8" file {folder}/{name}.html{headers}\n'
    )


def _service(number: int, backend: Backend) -> str:
    lines = [f"backend {SERVICE}{number}"]
    for index, slot in enumerate(backend):
        serves = slot.state is SlotState.READY and slot.target is not None
        target = slot.target if serves and slot.target else NOWHERE
        lines.append(f"    server s{index} {_socket_address(target)}{'' if serves else ' disabled'}")
    return "\n".join(lines) + "\n"


def _socket_address(target: Target) -> str:
    return f"[{target.address}]:{target.port}" if ":" in target.address else f"{target.address}:{target.port}"
