"""Imported before httpx: keeps it from importing its own command line, half of its import time, for nothing used here.

Where click, pygments and rich are installed it does so (``httpx/__init__.py``). A name that is None in ``sys.modules``
cannot be imported (the language reference, 5.3.1), which httpx takes for "not installed".
"""

import sys

sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]  # the type does not know of None
