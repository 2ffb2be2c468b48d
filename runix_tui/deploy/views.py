"""A deployment as front ends see it, derived from what the store holds. Pure but for reading the store."""

from runix_tui.core.models import Deployment, ServiceType, Version
from runix_tui.core.requests import DeploymentView
from runix_tui.core.stages import ENDED, VersionStatus, deployment_status
from runix_tui.errors import Failure
from runix_tui.store.store import Store

ROUTED = frozenset({ServiceType.WEB_SERVICE, ServiceType.STATIC_SITE})


def view(store: Store, deployment: Deployment, gateway_port: int | None) -> DeploymentView:
    """Everything that the API derives of one deployment."""
    versions = store.telling_versions(deployment)
    latest = versions[0] if versions else None
    current = next((v for v in versions if v.number == deployment.serving_version), None)
    serving = current if current and current.status is VersionStatus.RUNNING else None
    walking = [version for version in versions if version.stage not in ENDED]
    return DeploymentView(
        deployment=deployment,
        status=deployment_status(
            working=bool(walking) and not deployment.deleting, serving=bool(serving), stopped=deployment.stopped
        ),
        phase=walking[-1].stage if walking else (latest.stage if latest else None),
        url=url(deployment, gateway_port),
        current=current,
        serving=serving,
        latest=latest,
        error=_error(versions, current, working=bool(walking)),
        health="healthy" if serving else None,
    )


def url(deployment: Deployment, gateway_port: int | None) -> str | None:
    """Where it answers; None for what has no route, or before the gateway has a port."""
    if deployment.service_type not in ROUTED or gateway_port is None:
        return None
    return f"http://{deployment.subdomain}.localhost:{gateway_port}"


def _error(versions: list[Version], current: Version | None, *, working: bool) -> Failure | None:
    """That of the newest entry (one that was superseded says nothing: the one before it does); a version that crashed
    after it went live has one too."""
    telling = next((version for version in versions if version.status is not VersionStatus.SUPERSEDED), None)
    if working or telling is None:
        return None
    if telling.failure:
        return telling.failure
    return current.failure if current and current.status is VersionStatus.FAILED else None
