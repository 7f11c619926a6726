"""Edits of generated records that must not move another invoice's money: `python tests/edit/figures_fuzz.py 50000 [SEED]`."""

from __future__ import annotations

import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent.parent)]

import edit_figures  # noqa: E402

BATCH = 500


def batch(job: tuple[int, int]) -> edit_figures.Found:
    """At least so many edits from a seed on."""
    return edit_figures.try_edits(*job)


def main() -> int:
    """Run the fuzz, print the figures, and fail where one edit moved what it should not."""
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    start = time.monotonic()
    # A batch takes about 15 seeds; between batches there are 1,000, so that none is tried twice.
    jobs = [(seed * 10_000_000 + i * 1000, min(BATCH, wanted - i * BATCH)) for i in range(-(-wanted // BATCH))]
    made, marked, wrong = Counter[str](), 0, list[str]()
    with ProcessPoolExecutor() as pool:
        for found in pool.map(batch, jobs):
            made += found.made
            marked += found.marked
            wrong += found.wrong
    sys.stdout.write("\n".join(wrong[:3]) + "\n" if wrong else "")
    verbs = ", ".join(f"{name} {count:,}" for name, count in made.most_common())
    sys.stdout.write(
        f"{made.total():,} edits in {time.monotonic() - start:.0f} s ({verbs}): "
        f"{marked:,} invoices marked paid: true, {len(wrong)} figures moved\n"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
