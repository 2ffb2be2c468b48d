"""User settings: config.toml, every key optional, and the environment. Who acts on a setting is elsewhere."""

from runix_tui.config.model import Api, Build, Config, Deploy, Git, GitCredential, Logs, Registry
from runix_tui.config.reading import engine_url, environment_port, load, parse, text_of

__all__ = [
    "Api",
    "Build",
    "Config",
    "Deploy",
    "Git",
    "GitCredential",
    "Logs",
    "Registry",
    "engine_url",
    "environment_port",
    "load",
    "parse",
    "text_of",
]
