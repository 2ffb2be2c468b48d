"""What a version runs, put together from the plan, the image and what the user asked for. Pure."""

from collections.abc import Mapping
from dataclasses import fields, replace

from runix_tui.core.models import DEFAULT_PORT, Deployment, Release, ServiceConfig, Version
from runix_tui.core.plan import Plan, Runtime
from runix_tui.core.ports import Image
from runix_tui.plan.commands import argv


def compose(config: ServiceConfig, plan: Plan, image: Image, *, own_dockerfile: bool) -> Release:
    """The release of a fresh image."""
    return Release(
        image_id=image.id,
        image_size=image.size,
        port=_port(config, plan, image.port),
        start=_start(config, plan),
        own_dockerfile=own_dockerfile,
        health_path=config.health_path or plan.health_path,
        env=dict(plan.env),
    )


def reconfigure(release: Release, config: ServiceConfig, plan: Plan | None, *, exposed: int | None) -> Release:
    """A stored release under a changed configuration: the same image (which EXPOSEs that port), never a build."""
    plan = plan or Plan(provider="", runtime=Runtime.DOCKERFILE)
    port = _port(config, plan, exposed)
    return replace(
        release,
        port=port,
        listen_port=release.listen_port if port == release.port else None,
        start=_start(config, plan),
        health_path=config.health_path or plan.health_path,
    )


def rebased(config: ServiceConfig, *, base: ServiceConfig, now: ServiceConfig) -> ServiceConfig:
    """``config`` with what changed from ``base`` to ``now`` on top; the branch is ``now``'s."""
    env = dict(config.env)
    for name in base.env.keys() | now.env.keys():
        if base.env.get(name) != now.env.get(name):
            env.pop(name, None)
            env |= {name: now.env[name]} if name in now.env else {}
    kept = {each.name for each in fields(ServiceConfig)} - {"env", "branch"}
    changed = {name: getattr(now, name) for name in kept if getattr(base, name) != getattr(now, name)}
    return replace(config, env=env, branch=now.branch, **changed)


def environment(deployment: Deployment, version: Version, injected: Mapping[str, str] | None = None) -> dict[str, str]:
    """What the process gets. The user's own values win, but for ``PORT``, which is always where requests are led.

    ``injected`` comes from databases of the same project, resolved at each start and never stored.
    """
    release = version.release
    if release is None:
        raise ValueError(f"version {version.number} has no release to start")
    told = {
        "HOST": "0.0.0.0",  # noqa: S104 - inside the container, whose network is isolated
        "RUNIX_SERVICE_NAME": deployment.name,
        "RUNIX_VERSION": str(version.number),
        "RUNIX_COMMIT": version.commit.sha if version.commit else "",
        "RUNIX_INSTANCE_TYPE": version.config.instance_type,
    }
    user = {name: value.reveal() for name, value in version.config.env.items()}
    return told | release.env | dict(injected or {}) | user | {"PORT": str(release.port)}


def _port(config: ServiceConfig, plan: Plan, exposed: int | None) -> int:
    """The body's port, else the user's env PORT, else the plan's or EXPOSE, else the default."""
    asked = config.env["PORT"].reveal() if "PORT" in config.env else ""
    from_env = int(asked) if asked.isascii() and asked.isdigit() and 0 < int(asked) <= 65535 else None
    return config.port or from_env or plan.port or exposed or DEFAULT_PORT


def _start(config: ServiceConfig, plan: Plan) -> tuple[str, ...] | None:
    if config.command:
        return tuple(argv(config.command))
    return plan.start or None
