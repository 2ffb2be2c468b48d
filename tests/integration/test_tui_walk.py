"""One walk through the full-screen UI, by keys alone: a repository in, a service out, a new version, back, and gone."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.installation import RUNIX, Installation, ask, commit, git, installed, until
from tests.tui.pty_terminal import Terminal, assert_given_back

pytestmark = [pytest.mark.engine, pytest.mark.timeout(300)]

EMPTY = "Nothing is deployed yet."
BUILT_WITHIN = 120.0  # seconds; on a machine that has done nothing yet this makes a base image, too
DONE_WITHIN = 40.0


@pytest.fixture
def runix() -> Iterator[Installation]:
    with installed() as made:
        yield made


def test_from_a_folder_to_a_page_and_back(runix: Installation) -> None:
    repository = runix.repository("plain-python", "dice")
    with Terminal([RUNIX], runix.environ) as terminal:
        terminal.wait_for(EMPTY, within=DONE_WITHIN)
        url = deploy(terminal, repository)
        redeploy(terminal, repository)
        assert page(url) == "second"
        search_the_log(terminal)
        roll_back(terminal)
        assert page(url) == "dice", "the old commit serves"
        delete(terminal)
        until(lambda: left_of(runix, "dice") == [])
        terminal.press("q")
        assert terminal.wait_end() == 0
        assert_given_back(terminal)
        assert b"Traceback" not in terminal.raw
    assert runix.json("status") == []


def deploy(terminal: Terminal, repository: Path) -> str:
    """Nothing but the folder is typed. Gives the URL that is on the screen."""
    terminal.press("a")
    terminal.wait_for("New deployment")
    terminal.type(str(repository))
    terminal.wait_for("✓ Found in main", within=DONE_WITHIN)
    assert "python3 main.py" in terminal.text
    terminal.press("f5")
    terminal.wait_for("── build ──", within=DONE_WITHIN)
    serves(terminal, 1, git(repository, "rev-parse", "HEAD"), within=BUILT_WITHIN)
    terminal.wait_for("✓ route")  # its build came forward by itself
    terminal.press("1")
    terminal.wait_for("serves      v1")
    found = re.search(r"URL +(http://dice-[a-z2-9]{4}\.localhost:\d+)", terminal.text)
    assert found, terminal.text
    assert page(found[1]) == "dice"
    return found[1]


def redeploy(terminal: Terminal, repository: Path) -> None:
    """What was committed meanwhile."""
    source = repository / "main.py"
    source.write_text(source.read_text().replace('"dice"', '"second"'))
    second = commit(repository, "second")
    terminal.press("r")
    serves(terminal, 2, second, within=BUILT_WITHIN)


def search_the_log(terminal: Terminal) -> None:
    """The probes' requests are in it, and what both versions said at their start."""
    terminal.press("3")
    terminal.wait_for("rolling on port")
    terminal.press("enter")
    terminal.wait_for("/ search")
    terminal.press("/")
    terminal.wait_for("Search (text")
    terminal.type("rolling on")
    terminal.wait_for("/ rolling on  2/2")
    terminal.press("enter")
    terminal.wait_for(lambda text: "Search (text" not in text)
    terminal.press("N")
    terminal.wait_for("/ rolling on  1/2")


def roll_back(terminal: Terminal) -> None:
    """To the oldest version, which the cursor is on."""
    terminal.press("4")
    terminal.wait_for(lambda text: len(re.findall(r"(redeploy|deploy) +[0-9a-f]{7} (second|first)", text)) == 2)
    terminal.wait_for("b roll back to this")
    terminal.press("end", "b")
    terminal.wait_for("Roll dice back to v1?")
    terminal.wait_for("nothing is built")
    terminal.press("enter")
    terminal.wait_for("The release of v1 serves, as v3.", within=DONE_WITHIN)
    terminal.wait_for("Undo: b takes back to v2.")
    terminal.press("enter")
    terminal.wait_for(lambda text: "Undo:" not in text)
    terminal.wait_for(lambda text: re.search(r"● +3 .*rollback .*→ v1 first .*● live", text))


def delete(terminal: Terminal) -> None:
    """Only once the name is typed."""
    terminal.press("d")
    terminal.wait_for("Type dice and press Enter")
    terminal.type("dic")
    terminal.press("enter")
    terminal.wait_for(lambda text: re.search(r"▊ +dic +▎", text))
    assert "Type dice and press Enter" in terminal.text
    terminal.type("e")
    terminal.press("enter")
    terminal.wait_for(EMPTY, within=DONE_WITHIN)


def serves(terminal: Terminal, version: int, sha: str, *, within: float) -> None:
    """The row and the line over the tabs say that this version is live."""
    row, summary = rf"● dice +v{version} +\w+ live", rf"● live +v{version} · {sha[:7]}"
    terminal.wait_for(lambda text: re.search(row, text) and re.search(summary, text), within=within)


def page(url: str) -> str:
    """The only name in the page's answer: each commit of the app has its own."""
    status, body = ask(url)
    assert status == 200, body
    found = re.fullmatch(r'\{"(\w+)": \d\}', body)
    assert found, body
    return found[1]


def left_of(runix: Installation, name: str) -> list[str]:
    """What the engine has of this home but its gateway."""
    gateway = runix.labelled("ps", "--all", "--filter", "label=dev.runix.role=gateway")
    containers = [each for each in runix.labelled("ps", "--all") if each not in gateway]
    return [
        *containers,
        *(each for kind in ("images", "volume ls", "network ls") for each in runix.labelled(*kind.split())),
    ]
