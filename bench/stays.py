"""Measures a process that stays: `python bench/stays.py DIR` prints the milliseconds of CPU from a saved file to all findings.

Two medians: of files saved with a comment, and of files saved with another invoice number, for which rules across projects
look at all of them again.
"""

from __future__ import annotations

import gc
import os
import sys
import time
from statistics import median

import workspace

from mtrack.check.pipeline import check
from mtrack.check.workspace import open_workspace
from mtrack.watch import Rounds

SAVES = 5
SETTLED = 0.2
"""Seconds after which a change can be told from a later one by its time."""


def main(root: str) -> None:
    """Check, save, check again."""
    gc.disable()  # as in a run of the command line
    rounds = Rounds()

    def findings() -> float:
        start = time.process_time()
        check(open_workspace(root, workspace.AS_OF, rounds.watch()))
        return (time.process_time() - start) * 1000

    findings()
    findings()
    for old, new in (("status: ", "status:  "), ("number: INV-", "number: INW-")):
        costs: list[float] = []
        for index in range(1, SAVES + 1):
            path = os.path.join(root, *workspace.folder_of(index).split("/"), "milestones.yaml")
            with open(path, encoding="utf-8") as file:
                text = file.read()
            for content in (text.replace(old, new, 1), text):
                with open(path, "w", encoding="utf-8") as file:
                    file.write(content)
                rounds.notify(path)
                time.sleep(SETTLED)
                costs.append(findings())
        print(f"{median(costs):.1f}")


if __name__ == "__main__":
    main(sys.argv[1])
