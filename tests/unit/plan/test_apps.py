"""Every folder of tests/apps is planned as it was: the plan and the Dockerfile are compared with what is kept here.

After a change that is meant: RUNIX_UPDATE_SNAPSHOTS=1, then read the difference before it is committed.
"""

import json
import os
from pathlib import Path

import pytest

from runix_tui import catalog
from runix_tui.core.plan import Runtime
from runix_tui.errors import PlanError
from runix_tui.plan.detect import PlanRequest, detect
from runix_tui.plan.policy import check_plan, own_dockerfile
from runix_tui.source.tree import FolderTree
from tests.plankit import APPS, SCOPE, SNAPSHOTS, rendered

UPDATE = os.environ.get("RUNIX_UPDATE_SNAPSHOTS") == "1"
FOLDERS = sorted(path for path in APPS.iterdir() if path.is_dir())
# A monorepo is planned by root_dir: each of its apps is one.
TREES = {path.name: path for path in FOLDERS} | {
    f"monorepo-{name}": APPS / "monorepo" / name for name in ("api", "site")
}


def outcome(root: Path) -> tuple[dict[str, object], str | None]:
    """The plan (or the error) of a folder as JSON values, and its Dockerfile."""
    tree = FolderTree(root)
    try:
        plan = detect(tree, PlanRequest(), catalog.load().runtimes)
    except PlanError as error:
        failure = {"code": error.code, "message": error.message, "hint": error.hint, "evidence": list(error.evidence)}
        return {"error": failure}, None
    check_plan(plan)
    values = plan.model_dump(mode="json", exclude_defaults=True)
    if plan.runtime is Runtime.DOCKERFILE:
        text = tree.text(plan.dockerfile or "") or ""
        return values, own_dockerfile(text, tree=tree, cache_scope=SCOPE, bind_mounts_safe=False).text
    return values, rendered(plan)


def compare(path: Path, text: str) -> None:
    if UPDATE:
        path.write_text(text, "utf-8")
    assert path.exists(), f"no snapshot {path.name}: run with RUNIX_UPDATE_SNAPSHOTS=1 and read it"
    assert text == path.read_text("utf-8")


@pytest.mark.parametrize("name", sorted(TREES))
def test_the_plan_of_a_sample_app_is_as_kept(name: str) -> None:
    values, dockerfile = outcome(TREES[name])
    compare(SNAPSHOTS / f"{name}.json", json.dumps(values, indent=1, ensure_ascii=False) + "\n")
    if dockerfile is not None:
        compare(SNAPSHOTS / f"{name}.Dockerfile", dockerfile)


def test_no_snapshot_outlives_its_app() -> None:
    assert {path.stem for path in SNAPSHOTS.iterdir()} <= set(TREES)
