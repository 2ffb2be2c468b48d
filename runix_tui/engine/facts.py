"""What the engine says about itself, as values: version, limits, and warnings about what does not work on this host."""

from pathlib import Path

from runix_tui.core.ports import EngineInfo
from runix_tui.engine.connection import Json
from runix_tui.engine.host import parse_version
from runix_tui.engine.spec import Limits

INIT = Path("/usr/libexec/podman/catatonit")  # where Podman looks by default (containers.conf(5), init_path)
OLDEST = (4, 3, 0)  # what Runix is tested against
_CONTROLLERS = ("cpu", "memory", "pids")


def limits_of(info: Json) -> Limits:
    """Which limits can be set, from ``GET /info``: those whose cgroup controller this user may use."""
    host = info["host"]
    if _rootless(info) and _cgroup_version(info) == 1:
        return Limits(cpu=False, memory=False, pids=False)
    there = set(host.get("cgroupControllers") or ())
    return Limits(**{name: name in there for name in _CONTROLLERS})


def engine_info(info: Json, url: str, *, named: bool) -> EngineInfo:
    """``info`` is the answer of ``GET /info``; ``named`` says that the engine is not started by Runix."""
    limits = limits_of(info)
    return EngineInfo(
        name="podman",
        version=str(info["version"]["Version"]),
        rootless=_rootless(info),
        cgroup_version=_cgroup_version(info),
        limits=limits.all,
        url=url,
        warnings=tuple(warnings(info, limits, named=named)),
    )


def warnings(info: Json, limits: Limits, *, named: bool) -> list[str]:
    """What does not work here, each with its remedy, for people."""
    found = []
    if parse_version(str(info["version"]["Version"])) < OLDEST:
        found.append(f"Podman {info['version']['Version']} is older than 4.3: upgrade it.")
    if not limits.all:
        found.append(_limits_warning(info, limits))
    if named:
        found += _named_warnings(info)
    return found


def _limits_warning(info: Json, limits: Limits) -> str:
    missing = [name for name in _CONTROLLERS if not getattr(limits, name)]
    remedy = (
        "run Runix as root, or boot with cgroup v2"
        if _cgroup_version(info) == 1
        else "delegate the controllers to the user (Delegate=yes of user@.service)"
    )
    return f"Limits on {', '.join(missing)} cannot be set without root on this host: {remedy}."


def _named_warnings(info: Json) -> list[str]:
    """A named engine runs with its own settings; these are the ones that Runix would have chosen otherwise."""
    host, found = info["host"], []
    if host.get("networkBackend") != "netavark":
        found.append('Its network backend is not netavark: set network_backend = "netavark" in its containers.conf.')
    if host.get("eventLogger") == "none":
        found.append('It logs no events: set events_logger = "file" in its containers.conf.')
    if _cgroup_version(info) == 1 and (host.get("ociRuntime") or {}).get("name") == "crun":
        found.append('crun refuses hybrid cgroups: set runtime = "runc" in its containers.conf.')
    return found


def _rootless(info: Json) -> bool:
    return bool(info["host"]["security"]["rootless"])


def _cgroup_version(info: Json) -> int:
    return 2 if str(info["host"].get("cgroupVersion")) in ("v2", "2") else 1


def has_init() -> bool:
    """Whether Podman finds its init (catatonit) on this host."""
    return INIT.exists()
