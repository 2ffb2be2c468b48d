"""Files that are a site as they are: HTML served by nginx. What has to be built first is the languages' business."""

from runix_tui.core.plan import Plan, Runtime
from runix_tui.plan.draft import Draft
from runix_tui.plan.providers import others
from runix_tui.plan.request import RULES, Site
from runix_tui.plan.versions import choose

FOLDERS = ("", "public", "dist", "build", "out", "_site")
"""Where sites are kept, by how sure that is."""


def plan(site: Site) -> Plan | None:
    """A plan for the first folder that has an index.html, or None: also where another language would serve it."""
    if not site.static_only and others.found(site.tree):
        return None
    folder = next((name for name in FOLDERS if site.tree.exists(_index(name))), None)
    if folder is None:
        return None
    draft = Draft("static", Runtime.STATIC)
    chosen = choose(site.profiles["static"], None)
    draft.put_from("version", chosen.version, chosen.origin)
    draft.put("static_dir", folder or ".", _index(folder), "has an index.html")
    own_404 = site.tree.exists(f"{folder}/404.html".lstrip("/"))
    reason = "has its own 404.html" if own_404 else "plain files: unknown paths are not found"
    draft.put("spa", False, "404.html" if own_404 else RULES, reason)
    draft.build(site.ask, before=[], rule=[], after=[], source=RULES)
    return draft.plan(site.ask)


def _index(folder: str) -> str:
    return f"{folder}/index.html" if folder else "index.html"
