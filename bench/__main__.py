"""``make bench``: measures, prints a table, and judges nobody: the exit code tells only whether it could measure."""

import argparse
import signal
import sys
import tempfile
from pathlib import Path

from bench.cases import CASES
from bench.figures import PAIRS, Figure, table
from bench.home import home
from bench.tui_budget import Budget, budgets


def main() -> int:
    """Run the chosen cases on one Runix and print what came of them."""
    parser = argparse.ArgumentParser(prog="make bench", description="Ratios against the raw engine.")
    parser.add_argument("--pairs", type=int, default=PAIRS, help="pairs of each case (default: %(default)s)")
    parser.add_argument("--only", choices=CASES, action="append", help="this case alone; may be repeated")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("bench: ended"))  # what was made is removed on the way out
    found: list[Figure | Budget] = []
    with tempfile.TemporaryDirectory(prefix="runix-bench-") as folder:
        root = Path(folder)
        with home(root / "home") as server:
            for name in options.only or CASES:
                print(f"{name} …", file=sys.stderr, flush=True)
                found += CASES[name](server, root, options.pairs)
    print(f"\nMedians of {options.pairs} alternating pairs; ratio: Runix / raw, the median over the pairs.\n")
    print(table([each for each in found if isinstance(each, Figure)]))
    held = [each for each in found if isinstance(each, Budget)]
    if held:
        print(f"\n{budgets(held)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
