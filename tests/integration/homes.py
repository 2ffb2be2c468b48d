"""Homes of tests on the real engine, gone afterwards: their folders, the engine's service, what builds cached."""

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from runix_tui.engine.caches import cache_folders
from runix_tui.engine.service import Service
from runix_tui.locations import Locations, locate


@contextmanager
def a_home() -> Iterator[Locations]:
    """A home in a short temporary folder, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="rx-", ignore_cleanup_errors=True) as folder:
        found = locate({**os.environ, "RUNIX_HOME": folder})
        found.prepare()
        yield found
        shutil.rmtree(found.runtime, ignore_errors=True)


@contextmanager
def lasting_home() -> Iterator[Locations]:
    """A home whose engine stays up from test to test: its start is most of what a short test takes."""
    with a_home() as made:
        service = Service(made, engine_environ())
        service.ensure()
        try:
            yield made
        finally:
            service.stop()


@contextmanager
def home_with_caches() -> Iterator[str]:
    """A home's id; what its builds cached is gone afterwards."""
    made = str(uuid.uuid4())
    yield made
    for folder in cache_folders(made):
        shutil.rmtree(folder, ignore_errors=True)


def engine_environ() -> dict[str, str]:
    """The environment without an engine that somebody named."""
    return {name: value for name, value in os.environ.items() if name != "RUNIX_ENGINE_URL"}
