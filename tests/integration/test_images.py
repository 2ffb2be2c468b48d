"""Images of one deployment on the real engine: found by all of their labels, and gone with everything they stand on."""

from pathlib import Path

import pytest

from runix_tui.core import labels
from runix_tui.core.ports import BuildRequest
from runix_tui.engine.engine import PodmanEngine
from tests.integration.building import built

pytestmark = [pytest.mark.engine, pytest.mark.timeout(300)]

TWO_STAGES = "FROM scratch AS one\nCOPY a /a\nFROM scratch\nCOPY --from=one /a /b\nENV X=1\n"


async def test_a_deployments_images_are_found_by_both_labels_and_removed_with_their_layers(
    engine: PodmanEngine, home_id: str, tmp_path: Path
) -> None:
    (tmp_path / "a").write_text(home_id)  # layers of its own
    mine, theirs = (labels.of_home(home_id, deployment=name) for name in ("mine", "theirs"))
    for name, ours in (("mine", mine), ("theirs", theirs)):
        tag = f"localhost/runix-{home_id[:8]}/{name}:v1"
        await built(engine, BuildRequest(tmp_path, TWO_STAGES, (), tag, ours, build_id=name), lambda *_: None)
    assert any(image.tags for image in await engine.images(mine))
    await engine.remove_images(mine)
    assert await engine.images(mine) == []
    assert {image.labels[labels.DEPLOYMENT] for image in await engine.images(labels.of_home(home_id))} == {"theirs"}
    await engine.remove_images(theirs)
    assert await engine.images(labels.of_home(home_id)) == []
