"""Edits of generated records, judged by a second parser: `python tests/edit/fuzz.py 100000 [SEED]`."""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent)]

import edit_judge  # noqa: E402
import edit_styles  # noqa: E402
import edit_verbs  # noqa: E402
import yaml  # noqa: E402
from edit_verbs import splice_records  # noqa: E402

from mtrack.yaml.refusal import RefusedError  # noqa: E402


def batch(job: tuple[int, int]) -> tuple[int, Counter[str], list[str]]:
    """A number of edits from a seed: how many were made, refusals by reason, and what went wrong."""
    seed, wanted = job
    rng = random.Random(seed)  # noqa: S311  (a seed makes it repeatable)
    done, refused, wrong = 0, Counter[str](), []
    while done < wanted:
        text = edit_styles.text(rng)
        context = edit_verbs.context_of(text)
        try:
            before = edit_judge.tree(text)
        except yaml.YAMLError:
            before = None
        if context is None or before is None:
            refused["(no record)"] += 1
            continue
        for case in edit_verbs.CASES:
            changes = edit_verbs.changes_for(context, case)
            if not changes:
                continue
            done += 1
            try:
                after = splice_records(text, changes)
            except RefusedError as error:
                if error.reason == "proof":  # nothing was written, but what was to be written was wrong
                    wrong.append(f"seed {seed}, {case}: {error}\n{text}")
                else:
                    refused[error.reason] += 1
                continue
            wrong += [f"seed {seed}, {case}: {fault}\n{text}" for fault in edit_judge.faults(text, after, changes)]
    return done, refused, wrong


def main() -> int:
    """Run the fuzz, print the figure, and fail where one edit was neither right nor refused."""
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    start = time.monotonic()
    size = 1000
    jobs = [(seed * 1_000_003 + i, min(size, wanted - i * size)) for i in range((wanted + size - 1) // size)]
    done, refused, wrong = 0, Counter[str](), []
    with ProcessPoolExecutor() as pool:
        for count, more, bad in pool.map(batch, jobs):
            done += count
            refused.update(more)
            wrong += bad
    unreadable = refused.pop("(no record)", 0)
    total = sum(refused.values())
    reasons = ", ".join(f"{name} {count}" for name, count in refused.most_common())
    sys.stdout.write("\n".join(wrong[:3]) + "\n" if wrong else "")
    sys.stdout.write(
        f"{done:,} edits in {time.monotonic() - start:.0f} s: {done - total - len(wrong):,} exactly as meant, "
        f"{total:,} refused ({total / done:.2%}{': ' + reasons if reasons else ''}), {len(wrong)} wrong"
        f" ({unreadable} generated texts were no records)\n"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
