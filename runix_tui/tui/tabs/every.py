"""Every tab and view by name. Loaded after the first frame: together they take as long as all that comes before it."""

from runix_tui.tui.tabs.build import BuildTab
from runix_tui.tui.tabs.dockerfile import DockerfileTab
from runix_tui.tui.tabs.environment import EnvironmentTab
from runix_tui.tui.tabs.health import HealthTab
from runix_tui.tui.tabs.history import HistoryTab
from runix_tui.tui.tabs.logs import LogsTab
from runix_tui.tui.tabs.overview import OverviewTab
from runix_tui.tui.tabs.tab import Tab
from runix_tui.tui.views.activity import ActivityView
from runix_tui.tui.views.doctor import DoctorView
from runix_tui.tui.views.settings import SettingsView

TABS: dict[str, type[Tab]] = {
    "overview": OverviewTab,
    "build": BuildTab,
    "logs": LogsTab,
    "history": HistoryTab,
    "dockerfile": DockerfileTab,
    "environment": EnvironmentTab,
    "health": HealthTab,
}
VIEWS: dict[str, type[ActivityView | DoctorView | SettingsView]] = {
    "activity": ActivityView,
    "doctor": DoctorView,
    "settings": SettingsView,
}
