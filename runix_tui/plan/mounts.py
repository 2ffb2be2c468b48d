"""``RUN --mount`` of a repository's own Dockerfile: read strictly, written again in one form, or refused.

Cache mounts of one id are shared by all builds of an engine, and an id may name a folder of the host on old engines
(CVE-2024-9675): every id becomes ours. A bind mount's source was resolved on the host before the fix of CVE-2024-1753.
"""

import hashlib
import re
from posixpath import normpath

from runix_tui.core.ports import SourceTree
from runix_tui.plan.instructions import refuse

_ALIASES = {"src": "source", "dst": "target", "destination": "target", "readwrite": "rw", "readonly": "ro"}
_SAFE_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,60}")
_KNOWN = {
    "bind": {"type", "source", "target", "from", "rw", "ro"},
    "cache": {"type", "id", "target", "ro", "rw", "sharing", "mode", "uid", "gid"},
    "tmpfs": {"type", "target", "size"},
}
_REMEDY = "COPY what the step needs, and pass settings as build variables."


def rewrite(flag: str, line: int, *, tree: SourceTree, cache_scope: str, bind_mounts_safe: bool) -> tuple[str, str]:
    """The ``--mount`` flag as it goes to the engine, and the image or stage in its ``from=`` (empty: none).

    Raises ``PlanError`` (``policy``) for secrets, ssh, unknown types and options, and unsafe bind mounts.
    """
    options = _options(flag.removeprefix("--mount="), line)
    kind = options.get("type", "bind").lower()
    if kind in {"secret", "ssh"}:
        raise refuse(
            line, f"RUN --mount=type={kind}", "Builds get no secrets; use an environment variable at run time."
        )
    if kind not in _KNOWN:
        raise refuse(line, f"RUN --mount=type={kind} is unknown", "Only bind, cache and tmpfs mounts are known here.")
    unknown = sorted(set(options) - _KNOWN[kind])
    if unknown:
        raise refuse(line, f"RUN --mount=type={kind} with the option {unknown[0]}", f"Leave it out. {_REMEDY}")
    if "target" not in options:
        raise refuse(line, "RUN --mount without a target", "Add target=/a/folder.")
    options = {"type": kind, **{key: value for key, value in options.items() if key != "type"}}
    if kind == "cache":
        options["id"] = cache_id(options.get("id") or options["target"], cache_scope)
    if kind == "bind":
        _check_bind(options, line, tree, bind_mounts_safe)
    return "--mount=" + ",".join(f"{key}={value}" for key, value in options.items()), (options.get("from") or "")


def cache_id(wanted: str, scope: str) -> str:
    """An id of ours for the one in the Dockerfile: prefixed, and free of anything that could be a path."""
    safe = wanted if _SAFE_ID.fullmatch(wanted) else hashlib.sha256(wanted.encode()).hexdigest()[:16]
    return f"{scope}-{safe}"


def _options(text: str, line: int) -> dict[str, str]:
    """``key=value`` pairs in order; options that are words alone have the value ``true``."""
    found: dict[str, str] = {}
    for part in text.split(","):
        key, equals, value = part.partition("=")
        key = _ALIASES.get(key.lower(), key.lower())
        if not key or key in found or (equals and not value):
            raise refuse(line, f"an unclear --mount option {part!r}", "Write each option once, as key=value.")
        if "$" in value and key not in {"id", "target"}:
            raise refuse(line, f"a variable in the --mount option {key}", "Write the value itself.")
        found[key] = value if equals else "true"
    return found


def _check_bind(options: dict[str, str], line: int, tree: SourceTree, safe: bool) -> None:
    source = options.get("source", "")
    if ".." in source.split("/"):
        raise refuse(line, "a bind mount whose source has ..", "Mount a folder inside the repository.")
    if safe:
        return
    if "from" in options:
        raise refuse(
            line,
            "RUN --mount=type=bind,from= on an engine that follows its symbolic links on the host (CVE-2024-1753)",
            "COPY --from= what the step needs, or use Podman 4.9.4, 5.0.1 or later.",
        )
    path = normpath(source.lstrip("/") or ".")
    if path != "." and tree.through_link(path):
        raise refuse(
            line,
            f"a bind mount of {path}, which goes through a symbolic link (CVE-2024-1753)",
            "Mount the real file, COPY it, or use Podman 4.9.4, 5.0.1 or later.",
        )
