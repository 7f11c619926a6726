"""Mutated records, read line by line, by forms and by the parser: `python tests/plain/yaml_fuzz.py 1000000 [SEED]`.

Where the reader of plain files does not step aside, it must have read what libyaml does, with the same places, and every
50th time what the reference does; a text in which these find a flaw is none for it. What is read by the forms of the texts before must be
what is read line by line.
"""

from __future__ import annotations

import random
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

ROOT = Path(__file__).parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "edit"), str(ROOT / "bench")]

import edit_styles  # noqa: E402
import workspace  # noqa: E402

from mtrack.record import schema  # noqa: E402
from mtrack.yaml import forms, plain  # noqa: E402
from mtrack.yaml.build import Builder  # noqa: E402
from mtrack.yaml.compose import compose, compose_reference  # noqa: E402
from mtrack.yaml.places import Places  # noqa: E402
from mtrack.yaml.plain_places import PlainPlaces  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtrack.finding import Route

SHAPE = schema.shape("milestones")
forms.PATIENCE = 10**9  # most texts here have something of their own
PIECES = [*" \n\t-:#,[]{}'\"&*!|>%@`?~<.=_5aZé\u00a0\u2028\r", "  ", "- ", ": ", " #", "# ", "\n  ", "\n- ", "---\n", "...\n", "<<: ",
          "null", "true", "0x1F", "1e3", "-5", "- -", "''", '""', "{a: b}", "[x, y]", "[]", "{}", "key:\n", "k: v\n", ": |\n",
          "id: M1\n", "payments:\n", "milestones:\n", "invoices:\n", "\nwaivers:\n- ", "\ufeff", "\U0001f600", "a: b: c", "? a", "!!str ", "&a ", "*a", "%YAML 1.1\n"]  # fmt: skip
FIXED = [
    "project: P\nmilestones:\n- id: M1\n  payments:\n  - {date: 2026-01-01, amount: 5}\n  - date: 2026-01-02\n    amount: -5.00\n",
    "a:\n  b: c\n  d:\n  - e\n  - 'f g'\n  - \"h\"\nx-y: [1, -2, a b]\n# end\n",
    "a: # none\nb:\nc: ~\nd: 'e'  # f\n",
    (
        "project: P\nwaivers:\n- {rule: overdue, reason: r}\n- {rule: overdue, reason: s}\nmilestones:\n  - {id: M1, amount: 1}\n"
        "  - {id: M2, amount: 2}\nclient: C\n# of M1\ninvoices:\n- number: I1\n  lines: [{milestone: M1, amount: 1}]\n- number: I2\n"
        "  lines:\n  - {milestone: M2, amount: 2}\nnote: n\n"
    ),
]


class Compared(NamedTuple):
    """How many texts there were, how many the reader of plain files took, parts read by forms, and what was read otherwise."""

    texts: int
    taken: int
    formed: int
    wrong: list[str]


def data_of(text: str, composed: Any) -> Any:
    """What a parser and the builder make of a text; None where they find a flaw."""
    if composed.flaws:
        return None
    builder = Builder(text, composed.aliases)
    data = builder.build(composed.root, SHAPE, 1)
    return None if builder.flaws else data


def routes(data: Any, route: Route = ()) -> Iterator[Route]:
    """The routes to all that stands in the data, and some that lead nowhere."""
    yield route
    yield (*route, "nothing")
    yield (*route, 0)
    yield (*route, 7)
    for step, below in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield from routes(below, (*route, step))


def other_places(text: str, data: Any) -> Iterator[str]:
    """The places of a plain text that are not the parser's."""
    plainly, parsed = PlainPlaces(text), Places(text)
    for route in routes(data):
        for is_key in (False, True):
            found, meant = plainly.offsets(route, key=is_key), parsed.offsets(route, key=is_key)
            if found != meant:
                yield f"{route} {is_key=}: {found} instead of {meant}"
        for preferred in ((), ("name", "amount"), ("nothing", "b", "number")):
            first, meant_first = plainly.first_key(route, preferred), parsed.first_key(route, preferred)
            if first != meant_first:
                yield f"{route} {preferred}: {first} instead of {meant_first}"


def mutated(text: str, rng: random.Random) -> str:
    """The text with one to three small changes."""
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        at, end = rng.randrange(len(text) + 1), rng.choice((0, 0, 1, 1, 2, 5))
        lines = text.split("\n")
        line = rng.randrange(len(lines))
        kind = rng.randrange(6)
        if kind <= 2:
            text = text[:at] + rng.choice(PIECES) + text[at + end :]
        elif kind == 3:
            text = text[:at] + text[at + end + 1 :]
        elif kind == 4:
            lines[line] = rng.choice((" ", "  ", "- ", "   ", "    ")) + lines[line].removeprefix(
                rng.choice(("", " ", "  "))
            )
            text = "\n".join(lines)
        else:
            lines.insert(rng.randrange(len(lines)), lines.pop(line))
            text = "\n".join(lines)
    return text


def base(rng: random.Random) -> str:
    """A text to begin with."""
    kind = rng.randrange(4)
    if kind == 0:
        return rng.choice(FIXED)
    if kind == 1:
        return edit_styles.text(rng)
    return workspace.record(rng.randrange(1, 2000), rng.randrange(1, 4))[0]


def batch(job: tuple[int, int]) -> Compared:
    """A number of texts from a seed."""
    seed, wanted = job
    rng = random.Random(seed)  # noqa: S311  (a seed makes it repeatable)
    taken, wrong = 0, []
    known = forms.Forms(SHAPE)
    for i in range(wanted):
        text = base(rng) if i % 10 == 0 else mutated(base(rng), rng)
        found = plain.read(text, SHAPE)
        formed, used = known.read(text) if plain.is_printable(text) else (None, [])
        if formed is not None and repr(formed) != repr(found):
            wrong.append(f"seed {seed}, forms: {text!r}\n  read  {formed!r}\n  it is {found!r}")
        if used:
            valid = schema.compiled_says("milestones", formed)
            if all(form.fits for form in used) and not valid:
                wrong.append(f"seed {seed}, forms that fit: {text!r}")
            for form in used if valid else ():
                form.fits = True
        if found is None:
            continue
        taken += 1
        wrong += [f"seed {seed}, places: {text!r}\n  {other}" for other in other_places(text, found)]
        parsers = (compose, compose_reference) if taken % 50 == 0 else (compose,)
        for parse in parsers:
            data = data_of(text, parse(text))
            if repr(data) != repr(found):
                wrong.append(f"seed {seed}, {parse.__name__}: {text!r}\n  read  {found!r}\n  it is {data!r}")
    return Compared(wanted, taken, known.taken, wrong)


def main() -> int:
    """Run the fuzz, print the figure, and fail where one text was read otherwise."""
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    size = 2000
    with ProcessPoolExecutor() as pool:
        parts = list(
            pool.map(batch, [(seed * 1_000_000 + i, min(size, wanted - i * size)) for i in range(-(-wanted // size))])
        )
    texts, taken = sum(part.texts for part in parts), sum(part.taken for part in parts)
    wrong = [text for part in parts for text in part.wrong]
    formed = sum(part.formed for part in parts)
    print(
        f"{texts} texts, {taken} read line by line, {formed} parts by forms, {len(wrong)} texts otherwise than the parser"
    )
    print("\n".join(wrong[:20]))
    return 1 if wrong or not taken else 0


if __name__ == "__main__":
    sys.exit(main())
