"""Runix: a platform-as-a-service on one's own machine. Holds the version and nothing else."""

__version__ = "0.1.0"
