"""Which Python a repository asks for: the files of version managers and manifests, in their order of precedence."""

from runix_tui.core.ports import SourceTree
from runix_tui.plan.providers.manifests import Table, read_toml
from runix_tui.plan.ranges import accepts, is_range
from runix_tui.plan.versions import Wanted, pin, pinned


def wanted_version(tree: SourceTree, pyproject: Table) -> Wanted | None:
    """The Python version asked for, by the first file that says one."""
    for path, text in (
        (".python-version", _first_line(tree.text(".python-version"))),
        ("runtime.txt", _first_line(tree.text("runtime.txt"))),
    ):
        found = pinned(text.removeprefix("cpython").removeprefix("python").lstrip("-"), f"{path}:1") if text else None
        if found:
            return found
    pipfile = read_toml(tree, "Pipfile").table("requires")
    text = pipfile.text("python_full_version") or pipfile.text("python_version")
    if text:
        return pinned(text, "Pipfile requires")
    for source, text in (
        ("pyproject.toml requires-python", pyproject.table("project").text("requires-python")),
        ("pyproject.toml python", pyproject.table("tool", "poetry", "dependencies").text("python")),
    ):
        if text and is_range(text):
            return Wanted(text, source, lambda version, text=text: accepts(text, version), pin(text))  # type: ignore[misc]
    return _tool_versions(tree)


def _tool_versions(tree: SourceTree) -> Wanted | None:
    for number, line in enumerate((tree.text(".tool-versions") or "").splitlines(), 1):
        words = line.split()
        if len(words) >= 2 and words[0] == "python":
            return pinned(words[1], f".tool-versions:{number}")
    mise = next((path for path in ("mise.toml", ".mise.toml") if tree.exists(path)), None)
    text = read_toml(tree, mise).table("tools").text("python") if mise else ""
    return pinned(text, f"{mise} tools.python") if text else None


def _first_line(text: str | None) -> str:
    lines = [line.strip() for line in (text or "").splitlines() if line.strip() and not line.startswith("#")]
    return lines[0] if lines else ""
