"""The keys of a log pane, and what they do in words. What a key does is written where it is done."""

from textual.binding import Binding


def _key(id: str, keys: str, action: str, description: str, tooltip: str, *, show: bool = False) -> Binding:  # noqa: A002
    return Binding(keys, action, description, show=show, tooltip=tooltip, id=f"log.{id}")


VIEW_KEYS = (
    _key("follow", "f", "follow", "follow", "Stay at the newest line, or stop staying there", show=True),
    _key("wrap", "w", "wrap", "wrap", "Show long lines on several lines, or cut them", show=True),
    _key("stamps", "t", "stamps", "stamps", "Show no times, times, or how long after the line above"),
    _key("top", "g,home", "top", "oldest", "Go to the oldest line"),
    _key("end", "G,end", "end", "newest", "Go to the newest line and follow"),
    _key("up", "up,k", "line(-1)", "up", "One line up"),
    _key("down", "down,j", "line(1)", "down", "One line down"),
    _key("page_up", "pageup", "page(-1)", "page up", "One page up"),
    _key("page_down", "pagedown", "page(1)", "page down", "One page down"),
    _key("left", "left", "side(-1)", "left", "See what is further left"),
    _key("right", "right", "side(1)", "right", "See what is further right"),
    _key("select", "v", "select", "select", "Select lines with the keys; the mouse selects at any time"),
)

PANE_KEYS = (
    _key("search", "/", "search", "search", "Look for a text or a regular expression", show=True),
    _key("next", "n", "match(1)", "next", "Go to the next, newer line that was found"),
    _key("previous", "N", "match(-1)", "previous", "Go to the line found before, an older one"),
    _key("keep", "&", "keep", "keep only", "Show only lines that have a text", show=True),
    _key("drop", "!", "drop", "leave out", "Hide lines that have a text", show=True),
    _key("unfilter", "backspace", "unfilter", "less filtered", "Take the newest filter away"),
    _key("wider", "+", "context(1)", "more around", "Show one more line around each kept one"),
    _key("narrower", "-", "context(-1)", "less around", "Show one line less around each kept one"),
    _key("since", "T", "since", "since", "Show what came since 5 minutes ago, 15, an hour, or everything"),
    _key("older_error", "[", "bad(-1)", "older error", "Go to the error before"),
    _key("newer_error", "]", "bad(1)", "newer error", "Go to the next error"),
    _key("copy", "y", "copy", "copy", "Copy what is selected, or else what is on the screen", show=True),
    _key("save", "S", "save", "save", "Save the lines that are shown to a file"),
    _key("pager", "P", "pager", "pager", "Open the lines that are shown in $PAGER"),
    _key("merge", "M", "merge", "merge", "Show this log together with those of other services"),
    _key("leave", "escape", "leave", "back", "End the selection, then the search", show=True),
)
