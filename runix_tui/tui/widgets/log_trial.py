"""A search or a filter while it is being typed: tried at once, taken back when the prompt is left."""

from runix_tui.tui.logs.reading import Reading
from runix_tui.tui.logs.search import Query
from runix_tui.tui.widgets.log_prompt import Purpose


class Trial:
    """What is typed for ``purpose``, tried on ``reading``, which is afterwards as it was where it is not kept."""

    def __init__(self, reading: Reading, purpose: Purpose) -> None:
        self.purpose = purpose
        self._reading = reading
        self._query = reading.query
        self._filters = reading.filters
        self._mark = reading.position.bookmark

    @property
    def begin(self) -> str:
        """What stands in the prompt at first: a search is gone on with, a filter is one more."""
        return self._query.text if self.purpose is Purpose.SEARCH and self._query is not None else ""

    def show(self, query: Query | None) -> None:
        """As it is typed so far; None: nothing is."""
        filters = self._filters
        if self.purpose is Purpose.SEARCH:
            self._reading.search(query)
        elif query is None:
            self._reading.filter(filters)
        else:
            self._reading.filter(filters.keeping(query) if self.purpose is Purpose.KEEP else filters.dropping(query))

    def undo(self) -> None:
        """As if nothing had been typed."""
        if self.purpose is Purpose.SEARCH:
            self._reading.search(self._query)
        else:
            self._reading.filter(self._filters)
        self._reading.position.back(self._mark)
