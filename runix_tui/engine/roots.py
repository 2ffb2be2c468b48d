"""Bare root file systems of a Debian suite, made by mmdebstrap from the host's own mirror and handed to the engine.

One for each suite: all base images that are built here stand on them. Without documentation and translations, and with
apt set up to keep none of what it fetches.
"""

import asyncio
import contextlib
import hashlib
import os
import shlex
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from runix_tui.core import labels
from runix_tui.core.ports import LogSink
from runix_tui.engine import apt
from runix_tui.engine.buildlog import EVIDENCE, build_error
from runix_tui.engine.connection import Connection
from runix_tui.engine.host import search_path
from runix_tui.engine.provision import BASES, RECIPE
from runix_tui.errors import BuildError

PROGRAM = "mmdebstrap"
_BLOCK = 1024**2
_TOLD = ("I: running apt-get update", "I: downloading", "I: extracting", "I: installing", "I: creating", "E: ", "W: ")
_LONGEST = 1200.0  # seconds: some 60 MB from a slow mirror
_GRACE = 5.0  # seconds for it to clean up after SIGTERM

# Runs before the first package: merged /usr without the package usrmerge, which drags all of Perl in.
_SETUP = """#!/bin/sh
set -eu
cd "$1"
if [ ! -e usr/bin ]; then
  for dir in bin sbin lib lib64; do mkdir -p "usr/$dir"; ln -s "usr/$dir" "$dir"; done
fi
mkdir -p etc/dpkg/dpkg.cfg.d etc/apt/apt.conf.d etc/apt/preferences.d
cat > etc/dpkg/dpkg.cfg.d/runix <<'END'
force-unsafe-io
path-exclude=/usr/share/doc/*
path-exclude=/usr/share/info/*
path-exclude=/usr/share/locale/*
path-exclude=/usr/share/man/*/*
END
printf 'Acquire::Languages "none";\\n' > etc/apt/apt.conf.d/runix
printf 'Package: usrmerge\\nPin: release *\\nPin-Priority: -1\\n' > etc/apt/preferences.d/runix
"""

# Runs at the end. What was unpacked before dpkg took over ignores dpkg's settings. JDKs want man1 to be there.
_FINISH = """#!/bin/sh
set -eu
cd "$1"
rm -rf usr/share/doc/* usr/share/info/* usr/share/locale/* usr/share/man/* var/log/*
rm -rf var/cache/apt/* var/cache/debconf/*-old
rm -f etc/apt/apt.conf.d/99mmdebstrap etc/dpkg/dpkg.cfg.d/99mmdebstrap etc/apt/preferences.d/runix
mkdir -p usr/share/man/man1
cat >> etc/apt/apt.conf.d/runix <<'END'
APT::Keep-Downloaded-Packages "false";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
END
rm -f etc/apt/sources.list.d/*
"""
DIGEST = hashlib.sha256((_SETUP + _FINISH).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class _Run:
    """A run of mmdebstrap: its argv, the sources for its standard input, and the user's environment."""

    command: Sequence[str]
    entries: Sequence[apt.Entry]
    environ: Mapping[str, str]


def reference(suite: str) -> str:
    """The name of a suite's root in local storage."""
    return f"{BASES}root:{suite}"


async def make(connection: Connection, suite: str, log: LogSink, environ: Mapping[str, str]) -> str:
    """Make the root of ``suite`` and give its name. Raises ``BuildError`` naming what is missing."""
    program = shutil.which(PROGRAM, path=search_path(environ))
    if program is None:
        raise BuildError(
            f"There is no base image, no registry answers, and {PROGRAM} is not installed to build one.",
            hint=f"Run `runix doctor --fix` (it installs {PROGRAM}). Otherwise: {apt.HINT}",
            code="no_base_image",
        )
    found = await asyncio.to_thread(apt.sources)
    entries = apt.mirror(found, suite, await asyncio.to_thread(apt.codename))
    log("runix", f"Making a root file system of Debian {suite} ({PROGRAM})…")
    with tempfile.TemporaryDirectory(prefix="runix-root-") as folder:
        command = _command(program, suite, entries, Path(folder))
        try:
            with connection.doing("make root file system", f"Debian {suite}"):
                async with asyncio.timeout(_LONGEST):
                    await _import(connection, suite, _Run(command, entries, environ), log)
        except TimeoutError as error:
            raise _failed(suite, [f"connection timed out: not done after {_LONGEST:g} s"]) from error
    return reference(suite)


def _command(program: str, suite: str, entries: Sequence[apt.Entry], folder: Path) -> list[str]:
    """The argv, with the two hooks and the root's own sources written into ``folder``."""
    folder.chmod(0o755)  # without root the hooks run as a subordinate user
    keys = [entry.signed_by for entry in entries if entry.signed_by.startswith("/") and not _in_root(entry)]
    setup = _SETUP + "".join(_copied(Path(key)) for key in dict.fromkeys(keys))
    sources = [replace(entry.public, signed_by="" if _in_root(entry) else entry.signed_by) for entry in entries]
    (folder / "sources.list").write_text("".join(f"{entry.line}\n" for entry in sources), "utf-8")
    finish = f"{_FINISH}cp {shlex.quote(str(folder / 'sources.list'))} etc/apt/sources.list\n"
    hooks = []
    for name, text in (("setup", setup), ("customize", finish)):
        (folder / name).write_text(text, "utf-8")
        (folder / name).chmod(0o755)
        hooks.append(f"--{name}-hook={folder / name}")
    mode = "root" if os.geteuid() == 0 else "unshare"
    return [program, "--variant=apt", f"--mode={mode}", "--format=tar", *hooks, suite, "-", "-"]


def _in_root(entry: apt.Entry) -> bool:
    """Whether the root has the key by itself: its apt depends on the archive's key rings."""
    return apt.ARCHIVE_KEYS in entry.signed_by


def _copied(key: Path) -> str:
    inside = shlex.quote(f".{key}")
    return f"mkdir -p {shlex.quote(f'.{key.parent}')}\ncp {shlex.quote(str(key))} {inside}\nchmod 644 {inside}\n"


async def _import(connection: Connection, suite: str, run: _Run, log: LogSink) -> None:
    process = await asyncio.create_subprocess_exec(
        *run.command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=_environ(run.environ),
        start_new_session=True,
        limit=_BLOCK,
    )
    try:
        async with asyncio.TaskGroup() as tasks:
            said = tasks.create_task(_told(process, suite, log))
            tasks.create_task(_feed(process, run.entries))
            await _send(connection, suite, process)
        if await process.wait() != 0:
            raise _failed(suite, said.result())
    finally:
        await asyncio.shield(_ended(process))


async def _send(connection: Connection, suite: str, process: asyncio.subprocess.Process) -> None:
    """The tar goes to the engine as it comes; a failed run gives none, and then nothing is asked of the engine."""
    assert process.stdout is not None  # noqa: S101 - asked for above
    first = await process.stdout.read(_BLOCK)
    if not first:
        return
    parameters = [
        ("reference", reference(suite)),
        ("changes", f"LABEL {labels.BASE}=root:{suite}"),
        ("changes", f"LABEL {RECIPE}={DIGEST}"),
    ]
    async with connection.stream(
        "POST",
        "/images/import",
        "import a root file system",
        params=parameters,
        data=_rest(first, process.stdout),
        headers={"Content-Type": "application/x-tar"},
    ) as response:
        await response.read()


async def _rest(first: bytes, stream: asyncio.StreamReader) -> AsyncIterator[bytes]:
    chunk = first
    while chunk:
        yield chunk
        chunk = await stream.read(_BLOCK)


async def _feed(process: asyncio.subprocess.Process, entries: Sequence[apt.Entry]) -> None:
    assert process.stdin is not None  # noqa: S101 - asked for above
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it ended early: its own words say why
        process.stdin.write("".join(f"{entry.line}\n" for entry in entries).encode())
        await process.stdin.drain()
    process.stdin.close()


async def _told(process: asyncio.subprocess.Process, suite: str, log: LogSink) -> list[str]:
    """Its progress into the log; gives the last lines."""
    assert process.stderr is not None  # noqa: S101 - asked for above
    last: list[str] = []
    async for raw in process.stderr:
        line = raw.decode("utf-8", "replace").rstrip()
        last = [*last, line][-EVIDENCE:]
        if line.startswith(_TOLD):
            log("runix", f"Debian {suite}: {line.removeprefix('I: ')}")
    return last


def _failed(suite: str, said: Sequence[str]) -> BuildError:
    """Why, by the words of apt: network and disk as for any build, keys on their own."""
    text = "\n".join(said)
    if "NO_PUBKEY" in text or "is not signed" in text:
        return BuildError(
            f"This host's apt does not have the keys of Debian {suite}.",
            hint="Install the newest package debian-archive-keyring, or choose another version of the runtime.",
            code="no_base_image",
            evidence=tuple(said),
        )
    error = build_error(text, tuple(said))
    return BuildError(
        f"The root file system of Debian {suite} was not made.",
        hint=error.hint if error.code != BuildError.default_code else apt.HINT,
        code=error.code if error.code != BuildError.default_code else "no_base_image",
        transient=error.transient,
        evidence=tuple(said),
    )


async def _ended(process: asyncio.subprocess.Process) -> None:
    """Make sure that it is gone, with its children; it unmounts what it mounted when asked politely."""
    if process.returncode is not None:
        return
    for sign, patience in ((signal.SIGTERM, _GRACE), (signal.SIGKILL, None)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), patience)
            return


def _environ(environ: Mapping[str, str]) -> dict[str, str]:
    kept = ("HOME", "TMPDIR", "http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
    return {"PATH": search_path(environ), "LC_ALL": "C.UTF-8"} | {
        name: environ[name] for name in kept if name in environ
    }
