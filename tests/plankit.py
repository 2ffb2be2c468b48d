"""What the tests of planning share: the bundled profiles, a short way to plan a tree and to render what came out."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from runix_tui import catalog
from runix_tui.core.models import ServiceType
from runix_tui.core.plan import Plan
from runix_tui.errors import PlanError
from runix_tui.plan.detect import PlanRequest, detect
from runix_tui.plan.dockerfile import encode, render
from runix_tui.plan.policy import check_dockerfile, check_plan
from runix_tui.plan.readback import parse
from tests.fakes import MemoryTree

APPS = Path(__file__).parent / "apps"
SNAPSHOTS = Path(__file__).parent / "unit/plan/snapshots"
BUILD_BASE = "localhost/runix-base/build:1"
RUN_BASE = "localhost/runix-base/run:1"
SCOPE = "runix-0123abcd-default"
STATIC_SITE = ServiceType.STATIC_SITE


def plan_of(files: Mapping[str, str], **ask: Any) -> Plan:
    """The plan of a tree; whatever it is, it passes policy, and its Dockerfile says what it says."""
    plan = detect(MemoryTree(files), PlanRequest(**ask), catalog.load().runtimes)
    if plan.dockerfile is None:
        check_plan(plan)
        rendered(plan)
    missing = {name for name in plan.model_fields_set - {"provider", "runtime", "origins"} if name not in plan.origins}
    assert not missing, f"no origin for {missing}"
    return plan


def rendered(plan: Plan, variables: tuple[str, ...] = ()) -> str:
    """The Dockerfile of a plan, checked and read back."""
    text = render(plan, build_base=BUILD_BASE, run_base=RUN_BASE, cache_scope=SCOPE, variables=variables)
    check_dockerfile(text, bases={BUILD_BASE, RUN_BASE}, cache_scope=SCOPE)
    assert parse(text) == encode(plan)
    return text


def refused(files: Mapping[str, str], code: str, **ask: Any) -> PlanError:
    """The error of a tree that has no plan."""
    with pytest.raises(PlanError) as caught:
        detect(MemoryTree(files), PlanRequest(**ask), catalog.load().runtimes)
    assert caught.value.code == code
    assert caught.value.hint
    return caught.value


def shell_text(plan: Plan) -> str:
    """The text of a start command in shell form."""
    assert plan.start[:2] == ("/bin/sh", "-c")
    return plan.start[2]
