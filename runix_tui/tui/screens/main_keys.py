"""The keys of the main screen, and what they do in words. What a key does is written where it is done."""

from textual.binding import Binding

from runix_tui.tui.widgets.detail import TITLES

ABOUT_A_DEPLOYMENT = frozenset({"act", "tab", "tab_number"})  # actions that need one to be seen
MAIN_KEYS = (
    Binding("a", "add", "add", id="deployment.add", tooltip="Deploy something new"),
    Binding("r", "act('redeploy')", "redeploy", id="deployment.redeploy", tooltip="Build the newest commit"),
    Binding("b", "act('rollback')", "roll back", id="deployment.rollback", tooltip="Start an older version again"),
    Binding("c", "act('cancel')", "cancel", id="deployment.cancel", tooltip="Stop the running build"),
    Binding("s", "act('stop_or_start')", "stop/start", id="deployment.stop", tooltip="Stop it, or start it again"),
    Binding("e", "tab('environment')", "env", id="deployment.env", tooltip="Its environment"),
    Binding("o", "act('open')", "open", id="deployment.open", tooltip="Open its URL in a browser"),
    Binding("Y", "act('copy_url')", "copy URL", id="deployment.copy_url", tooltip="Copy its URL"),
    Binding("x", "act('shell')", "shell", id="deployment.shell", tooltip="A shell inside its container"),
    Binding("d", "act('delete')", "delete", id="deployment.delete", tooltip="Delete it with all of its own"),
    *(
        Binding(str(n), f"tab_number({n})", show=False, id=f"tab.{n}", tooltip=f"Tab {title}")
        for n, title in enumerate(TITLES.values(), 1)
    ),
    Binding("A", "view('activity')", "activity", id="view.activity", tooltip="What Runix is doing and did"),
    Binding("D", "view('doctor')", "doctor", id="view.doctor", tooltip="What works here and what does not"),
    Binding("comma", "view('settings')", "settings", id="view.settings", tooltip="config.toml"),
    Binding("escape", "back", "back", id="view.back", tooltip="One step out"),
    Binding("q", "leave", "leave", id="app.leave", tooltip="Leave; services go on"),
)
