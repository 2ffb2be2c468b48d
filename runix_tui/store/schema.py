"""The tables, as numbered steps from nothing to the newest shape. A step that was released never changes: add one.

Only SQL lives here. Each step is a tuple of single statements, because a script would commit the transaction around it.
"""

APPLICATION_ID = 0x52554E58  # "RUNX": marks the file as a Runix store

_FIRST = (
    """CREATE TABLE settings (
        key TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE projects (
        seq INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL UNIQUE,
        created_at TEXT NOT NULL
    ) STRICT""",
    """CREATE TABLE deployments (
        seq INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        subdomain TEXT NOT NULL UNIQUE,
        service_type TEXT NOT NULL,
        project_id TEXT REFERENCES projects (id) ON DELETE RESTRICT,
        config TEXT NOT NULL,
        env TEXT NOT NULL,
        credential TEXT,
        created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL,
        latest_version INTEGER NOT NULL DEFAULT 0,
        serving_version INTEGER,
        stopped INTEGER NOT NULL DEFAULT 0,
        deleting INTEGER NOT NULL DEFAULT 0
    ) STRICT""",
    # NULLs are all different to UNIQUE, so the default project (NULL) needs a value here.
    "CREATE UNIQUE INDEX deployment_names ON deployments (coalesce(project_id, ''), name)",
    """CREATE TABLE versions (
        seq INTEGER PRIMARY KEY,
        deployment_id TEXT NOT NULL REFERENCES deployments (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        kind TEXT NOT NULL,
        status TEXT NOT NULL,
        stage TEXT NOT NULL,
        config TEXT NOT NULL,
        env TEXT NOT NULL,
        created_at TEXT NOT NULL,
        finished_at TEXT,
        commit_info TEXT,
        plan TEXT,
        dockerfile TEXT,
        release_info TEXT,
        container_id TEXT,
        rollback_of INTEGER,
        failure TEXT,
        served INTEGER NOT NULL DEFAULT 0,
        stages TEXT NOT NULL,
        UNIQUE (deployment_id, number)
    ) STRICT""",
    """CREATE TABLE builds (
        deployment_id TEXT NOT NULL,
        version INTEGER NOT NULL,
        first_seq INTEGER NOT NULL,
        last_seq INTEGER,
        PRIMARY KEY (deployment_id, version),
        FOREIGN KEY (deployment_id, version) REFERENCES versions (deployment_id, number) ON DELETE CASCADE
    ) STRICT, WITHOUT ROWID""",
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (_FIRST,)
"""``MIGRATIONS[n]`` leads from version n to n + 1; the newest version is their number."""
