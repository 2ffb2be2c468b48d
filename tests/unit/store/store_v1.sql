-- A store as the first release wrote it. Never edit: every later release must read it.
PRAGMA application_id = 1381322328;
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE builds (
        deployment_id TEXT NOT NULL,
        version INTEGER NOT NULL,
        first_seq INTEGER NOT NULL,
        last_seq INTEGER,
        PRIMARY KEY (deployment_id, version),
        FOREIGN KEY (deployment_id, version) REFERENCES versions (deployment_id, number) ON DELETE CASCADE
    ) STRICT, WITHOUT ROWID;
INSERT INTO "builds" VALUES('d-1',1,1,10);
INSERT INTO "builds" VALUES('d-1',2,11,20);
CREATE TABLE deployments (
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
    ) STRICT;
INSERT INTO "deployments" VALUES(1,'d-1','api','api-x7kf','web_service','p-1','{"repo_url":"https://git.test/api","branch":"main","root_dir":"","instance_type":"starter","port":null,"command":null,"build_command":null,"health_path":null,"dockerfile":null,"planner":"auto","schedule":null,"timezone":"UTC"}','{"GREETING":"h\u00e9llo\n$x"}','ada:pass','2026-02-25T10:00:00.000000+00:00','2026-02-25T10:00:00.000000+00:00',2,1,0,0);
CREATE TABLE projects (
        seq INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL UNIQUE,
        created_at TEXT NOT NULL
    ) STRICT;
INSERT INTO "projects" VALUES(1,'p-1','shop','2026-02-25T10:00:00.000000+00:00');
CREATE TABLE settings (
        key TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
INSERT INTO "settings" VALUES('home_id','5a8ae1a7-6d2b-4b0e-9f8e-0c9d8e7f6a5b');
CREATE TABLE versions (
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
    ) STRICT;
INSERT INTO "versions" VALUES(1,'d-1',1,'deploy','running','live','{"repo_url":"https://git.test/api","branch":"main","root_dir":"","instance_type":"starter","port":null,"command":null,"build_command":null,"health_path":null,"dockerfile":null,"planner":"auto","schedule":null,"timezone":"UTC"}','{"GREETING":"h\u00e9llo\n$x"}','2026-02-25T10:00:00.000000+00:00','2026-02-25T10:00:00.000000+00:00','["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","Ada","Begin","2026-02-25T10:00:00+00:00"]','{"provider":"python","runtime":"python","version":"3.11","framework":"","package_manager":"","build_packages":[],"runtime_packages":[],"manifests":[],"install":[],"build":[],"start":["python","main.py"],"port":null,"health_path":null,"static_dir":null,"spa":false,"env":{},"build_variables":[],"dockerfile":null,"origins":{"start":{"source":"main.py","reason":"the only script","confidence":1.0}}}','FROM x
','{"image_id":"sha256:1","image_size":1000,"port":8080,"start":["python","main.py"],"own_dockerfile":false,"health_path":null,"env":{"A":"b"},"listen_port":null}','c1',NULL,NULL,1,'[["fetching","2026-02-25T10:00:00.000000+00:00","2026-02-25T10:00:00.000000+00:00","done"]]');
INSERT INTO "versions" VALUES(2,'d-1',2,'redeploy','failed','failed','{"repo_url":"https://git.test/api","branch":"main","root_dir":"","instance_type":"starter","port":null,"command":null,"build_command":null,"health_path":null,"dockerfile":null,"planner":"auto","schedule":null,"timezone":"UTC"}','{"GREETING":"h\u00e9llo\n$x"}','2026-02-25T10:00:00.000000+00:00','2026-02-25T10:00:00.000000+00:00',NULL,NULL,NULL,NULL,NULL,NULL,'{"code":"build_failed","message":"It failed","hint":"Fix it","transient":false,"evidence":["line 1","line 2"]}',0,'[]');
CREATE UNIQUE INDEX deployment_names ON deployments (coalesce(project_id, ''), name);
COMMIT;
