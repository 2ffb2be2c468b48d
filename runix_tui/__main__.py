"""``python -m runix_tui`` is ``runix``."""

from runix_tui.cli.main import main

main()
