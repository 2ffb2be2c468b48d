"""The pictures of the README: the real app on a fixed scene, written as SVG. ``make screenshots`` runs it."""

import asyncio
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.tui.conftest import sees, text_of  # noqa: E402 - found beside this script, not installed
from tests.tui.scene import feed, staged  # noqa: E402

FOLDER = ROOT / "docs"
SIZE = (120, 36)
PICTURES: dict[str, tuple[tuple[str, ...], str]] = {  # file → keys, words to wait for
    "overview": ((), "GET /health"),
    "build": (("2",), "Successfully tagged"),
    "logs": (("3", "enter", "slash", *"cart 30", "enter"), "/ cart 30"),
    "history": (("4", "enter", "end", "space", "right"), "PYTHONUNBUFFERED=0"),
    "rollback": (("b",), "def5678"),
}


async def picture(name: str, keys: tuple[str, ...], words: str) -> None:
    """Open the app, press keys, write what is on the screen."""
    with tempfile.TemporaryDirectory() as folder, staged(Path(folder)) as scene:
        app = scene.app()
        async with app.run_test(size=SIZE) as pilot:
            await sees(pilot, lambda: app.fleet.known and app.fleet.health and app.main.chosen)
            feed(app)
            await pilot.press(*keys)
            await sees(pilot, lambda: words in text_of(app))
            (FOLDER / f"{name}.svg").write_text(app.export_screenshot(title="runix"), "utf-8")


def main() -> None:
    """All pictures."""
    FOLDER.mkdir(exist_ok=True)
    for name, (keys, words) in PICTURES.items():
        asyncio.run(picture(name, keys, words))
        print(FOLDER.relative_to(ROOT) / f"{name}.svg")


if __name__ == "__main__":
    main()
