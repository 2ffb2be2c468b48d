"""The reverse proxy in front of every web service: HAProxy in a container, switched without a lost request."""

from runix_tui.gateway.gateway import HaproxyGateway

__all__ = ["HaproxyGateway"]
