"""Labels on everything that Runix makes in the engine: what reconciliation and clean-up go by."""

HOME = "dev.runix.home"  # the uuid of the home that owns it
BASE = "dev.runix.base"  # a base image, shared by all homes: its name
DEPLOYMENT = "dev.runix.deployment"  # the deployment's id
VERSION = "dev.runix.version"  # the version's number
PROJECT = "dev.runix.project"  # the project's id
ROLE = "dev.runix.role"  # service, gateway, build
SERVICE = "service"
GATEWAY = "gateway"


def of_home(home: str, **more: str) -> dict[str, str]:
    """Labels of a thing owned by ``home``; keywords are ``deployment``, ``version``, ``project``, ``role``."""
    return {HOME: home} | {f"dev.runix.{key}": value for key, value in more.items()}
