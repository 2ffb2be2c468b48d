"""The keys of a log pane, and what they do in words. What a key does is written where it is done."""

from textual.binding import Binding


def _key(id: str, keys: str, action: str, description: str, tooltip: str, *, show: bool = False) -> Binding:  # noqa: A002
    return Binding(keys, action, description, show=show, tooltip=tooltip, id=f"log.{id}")


VIEW_KEYS = (
    _key("follow", "f", "follow", "Follow", "Stay at the newest line, or stop staying there", show=True),
    _key("wrap", "w", "wrap", "Wrap", "Show long lines on several lines, or cut them", show=True),
    _key("stamps", "t", "stamps", "Stamps", "Show no times, times, or how long after the line above"),
    _key("top", "g,home", "top", "Oldest", "Go to the oldest line"),
    _key("end", "G,end", "end", "Newest", "Go to the newest line and follow"),
    _key("up", "up,k", "line(-1)", "Up", "One line up"),
    _key("down", "down,j", "line(1)", "Down", "One line down"),
    _key("page_up", "pageup", "page(-1)", "Page up", "One page up"),
    _key("page_down", "pagedown", "page(1)", "Page down", "One page down"),
    _key("left", "left", "side(-1)", "Left", "See what is further left"),
    _key("right", "right", "side(1)", "Right", "See what is further right"),
)
