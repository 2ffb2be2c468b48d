"""The store's one door: everything that Runix knows and must know again after ``kill -9``. Holds no rules of deploys.

Calls take around 100 µs and are made on the event loop's thread; they are safe from any thread.
"""

from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

from runix_tui.core.models import Commit, Deployment, Kind, Project, Release, ServiceConfig, Version
from runix_tui.core.plan import Plan
from runix_tui.core.secret import Secret
from runix_tui.store import builds, deployments, projects, settings, versions
from runix_tui.store.database import Database


class Store:
    """One home's store. Every method raises ``StoreError`` when the file cannot be read or written."""

    def __init__(self, database: Database, home_id: str) -> None:
        self._database = database
        self.home_id = home_id

    @classmethod
    def open(cls, path: Path) -> "Store":
        """Open or make the store at ``path`` (its folder must exist); readable by its owner alone.

        One of an older Runix is copied beside itself (``runix.db.v1``), then migrated; one of a newer is refused.
        """
        database = Database(path)
        try:
            return cls(database, settings.home_id(database))
        except BaseException:
            database.close()
            raise

    def close(self) -> None:
        """Let go of the file; every later call raises ``StoreError``."""
        self._database.close()

    def transaction(self) -> AbstractContextManager[None]:
        """Several calls as one: all of them happen, or none. Never await inside."""
        return self._database.transaction()

    # --- small facts ---------------------------------------------------------------------------------------------

    def setting(self, key: str) -> str | None:
        """A small fact of this home, e.g. the gateway's port; None when it was never set."""
        return settings.find(self._database, key)

    def set_setting(self, key: str, value: str) -> None:
        """Remember a small fact."""
        settings.put(self._database, key, value)

    # --- projects ------------------------------------------------------------------------------------------------

    def projects(self) -> list[Project]:
        """All projects, oldest first."""
        return projects.every(self._database)

    def project(self, project_id: str) -> Project | None:
        """One project, or None."""
        return projects.find(self._database, project_id)

    def add_project(self, project: Project) -> None:
        """Keep a new project. Raises ``Conflict`` (name_taken)."""
        projects.add(self._database, project)

    def remove_project(self, project_id: str) -> None:
        """Forget a project. Raises ``NotFound``, ``Conflict`` (project_not_empty)."""
        projects.remove(self._database, project_id)

    # --- deployments ---------------------------------------------------------------------------------------------

    def deployments(self, project_id: str | None = None) -> list[Deployment]:
        """Deployments of a project, or (None) of all projects, oldest first."""
        return deployments.every(self._database, project_id)

    def deployment(self, deployment_id: str) -> Deployment | None:
        """One deployment, or None."""
        return deployments.find(self._database, deployment_id)

    def add_deployment(self, deployment: Deployment, credential: Secret | None) -> None:
        """Keep a new deployment and its repository's user info. Raises ``Conflict`` (name_taken: in its project;
        subdomain_taken), ``NotFound`` (its project is gone)."""
        deployments.add(self._database, deployment, credential)

    def save_deployment(self, deployment: Deployment) -> None:
        """Write everything of it but its id and credential; ``latest_version`` never goes back. Raises ``NotFound``,
        and ``Conflict`` as :meth:`add_deployment` does."""
        deployments.save(self._database, deployment)

    def remove_deployment(self, deployment_id: str) -> None:
        """Forget a deployment with its versions and build index; not there: nothing to do."""
        deployments.remove(self._database, deployment_id)

    def credential(self, deployment_id: str) -> Secret | None:
        """The user info that came with its repository's URL, or None."""
        return deployments.credential(self._database, deployment_id)

    # --- versions ------------------------------------------------------------------------------------------------

    def add_version(
        self,
        deployment_id: str,
        kind: Kind,
        config: ServiceConfig,
        *,
        now: datetime,
        rollback_of: int | None = None,
        commit: Commit | None = None,
        plan: Plan | None = None,
        dockerfile: str | None = None,
        release: Release | None = None,
    ) -> Version:
        """A new history entry, queued, with the deployment's next number, which becomes its ``latest_version``
        (``updated_at`` becomes ``now``). Raises ``NotFound``."""
        return versions.add(
            self._database,
            deployment_id,
            kind,
            config,
            now=now,
            rollback_of=rollback_of,
            commit=commit,
            plan=plan,
            dockerfile=dockerfile,
            release=release,
        )

    def versions(self, deployment_id: str) -> list[Version]:
        """A deployment's history, newest first."""
        return versions.every(self._database, deployment_id)

    def telling_versions(self, deployment: Deployment) -> list[Version]:
        """Those of its history that say how it is, newest first: on their way, serving, and since the newest that was
        not superseded."""
        return versions.telling(self._database, deployment.id, deployment.serving_version)

    def version(self, deployment_id: str, number: int) -> Version | None:
        """One history entry, or None."""
        return versions.find(self._database, deployment_id, number)

    def save_version(self, version: Version) -> None:
        """Write everything of an entry. Raises ``NotFound`` when it is gone."""
        versions.save(self._database, version)

    # --- the build logs' index -----------------------------------------------------------------------------------

    def add_build(self, deployment_id: str, version: int, first_seq: int) -> None:
        """This version's build log begins at ``first_seq`` of the deployment's build journal. Raises ``NotFound``."""
        builds.begin(self._database, deployment_id, version, first_seq)

    def end_build(self, deployment_id: str, version: int, last_seq: int) -> None:
        """This version's build log ended; ``last_seq`` is that of its ``End``."""
        builds.end(self._database, deployment_id, version, last_seq)

    def build_range(self, deployment_id: str, version: int) -> tuple[int, int | None] | None:
        """``(first, last)`` seq of this version's build log, last None while it is written; None: it never built."""
        return builds.span(self._database, deployment_id, version)

    def newest_build(self, deployment_id: str) -> int | None:
        """The newest version that built, or None."""
        return builds.newest(self._database, deployment_id)
