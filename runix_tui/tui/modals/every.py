"""Every window over the main screen. Loaded where all of them are wanted: each is loaded when it is opened."""

from runix_tui.tui.modals.help import Help
from runix_tui.tui.modals.merge import MergeLogs
from runix_tui.tui.modals.new import NewDeployment
from runix_tui.tui.modals.questions import Question, TypeTheName
from runix_tui.tui.modals.rollback import RollBack
from runix_tui.tui.modals.stuck import Stuck
from runix_tui.tui.modals.variable import EditVariable, ImportFile
from runix_tui.tui.views.activity_entry import ActivityEntry

MODALS = (
    ActivityEntry,
    EditVariable,
    Help,
    ImportFile,
    MergeLogs,
    NewDeployment,
    Question,
    RollBack,
    Stuck,
    TypeTheName,
)
