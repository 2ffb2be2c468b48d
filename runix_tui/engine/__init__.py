"""Podman behind ``core.ports.Engine``: its service, its connection, builds, base images, containers, networks."""
