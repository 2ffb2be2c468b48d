"""Which journal belongs to which deployment. Nothing here knows what a log line means."""

from pathlib import Path

from runix_tui.deploy.journal import Journal


class Logs:
    """The open journals: one for the builds and one for the run time of each deployment, opened on first use."""

    def __init__(self, builds: Path, runtime: Path, max_bytes: int) -> None:
        self._folders = {"build": builds, "runtime": runtime}
        self._max_bytes = max_bytes
        self._open: dict[tuple[str, str], Journal] = {}

    def build(self, deployment_id: str) -> Journal:
        """The log of all builds of a deployment."""
        return self._journal("build", deployment_id)

    def runtime(self, deployment_id: str) -> Journal:
        """The run-time log of a deployment, over all its versions."""
        return self._journal("runtime", deployment_id)

    def remove(self, deployment_id: str) -> None:
        """End every reader of this deployment's logs, and delete them."""
        for kind in self._folders:
            self._journal(kind, deployment_id).remove()
            del self._open[kind, deployment_id]

    def strangers(self, known: set[str]) -> set[str]:
        """Ids of deployments that have logs here but are not in ``known``."""
        found = {entry.name for folder in self._folders.values() if folder.is_dir() for entry in folder.iterdir()}
        return found - known

    def close(self) -> None:
        """Write everything out; readers end."""
        for journal in self._open.values():
            journal.close()
        self._open.clear()

    def _journal(self, kind: str, deployment_id: str) -> Journal:
        key = (kind, deployment_id)
        if key not in self._open:
            self._open[key] = Journal(self._folders[kind] / deployment_id, self._max_bytes)
        return self._open[key]
