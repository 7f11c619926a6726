"""What stands for what: the same as when each is compared with each, in a time that grows with their number."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace
from support import AS_OF, write_tree

from mtrack.changes import moves
from mtrack.changes.moves import Candidate, pair
from mtrack.check.pipeline import check
from mtrack.check.workspace import open_workspace
from mtrack.finding import Category, Finding, Severity
from mtrack.history.matching import match
from mtrack.history.since import touches
from mtrack.history.subjects import Subjects
from mtrack.history.versions import parse
from mtrack.history.weakened import weakened

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator
    from pathlib import Path
    from types import FrameType


def of(random: Random) -> Finding:
    return Finding(
        rule=random.choice("ab"), category=Category.RECORD, severity=random.choice(list(Severity)), path=random.choice("pq"),
        span=None, project=None, milestone=random.choice([None, "M1", "M2"]), invoice=random.choice([None, "1"]),
        amount=random.choice([None, *map(Decimal, range(6))]), currency=random.choice([None, "EUR", "USD"]),
        message=random.choice("xyz"), hint=None, related=(), waiver=random.choice([None, None, "why"]),
    )  # fmt: skip


def compared_with_each(findings: list[Finding], before: list[Finding]) -> tuple[set[int], list[Finding]]:
    """The definition."""
    keys: tuple[Callable[[Finding], Hashable], ...] = (
        lambda item: (item.subject, item.message),
        lambda item: item.subject,
        lambda item: (item.rule, item.path, item.milestone, item.about, item.milestone or item.subject),
    )
    left, rest, known = list(before), list(findings), set()
    for key in keys:
        groups: dict[Hashable, list[Finding]] = defaultdict(list)
        for was in left:
            groups[key(was)].append(was)
        for item in rest:
            group = groups[key(item)]
            same = next((i for i, was in enumerate(group) if not worse(item, was)), None)
            if same is not None:
                del group[same]
                known.add(id(item))
        left = [was for group in groups.values() for was in group]
        rest = [item for item in rest if id(item) not in known]
    subjects = {item.subject for item in rest}
    return known, sorted((was for was in left if was.subject not in subjects), key=lambda was: was.order)


def worse(item: Finding, was: Finding) -> bool:
    if item.severity > was.severity or (was.waived and not item.waived):
        return True
    if item.amount is None:
        return False
    return was.amount is None or item.currency != was.currency or item.amount > was.amount


@pytest.mark.parametrize("seed", range(40))
def test_the_same_findings_are_matched(seed: int) -> None:
    random = Random(seed)  # noqa: S311
    for size in (0, 1, 3, 10, 60):
        now, before = ([of(random) for _ in range(random.randint(0, size))] for _ in range(2))
        known, gone = match(now, before)
        expected = compared_with_each(now, before)
        assert known == expected[0]
        assert list(map(id, gone)) == list(map(id, expected[1]))


class Renumbered:
    """Subjects of which an invoice was renumbered; `inside` stand in their invoices."""

    def __init__(self, inside: frozenset[int]) -> None:
        self.inside = inside

    def renumbered(self, path: str) -> dict[str, str]:
        return {"1": "3"} if path == "p" else {}

    def is_of_an_invoice(self, finding: Finding, *, now: bool) -> bool:
        return now is not None and id(finding) in self.inside


@pytest.mark.parametrize("seed", range(40))
def test_only_what_is_about_the_same_is_matched(seed: int) -> None:
    """Whatever the crowd: the same invoice, its new number, or none where the finding does not stand in an invoice."""
    random = Random(seed)  # noqa: S311
    for size in (3, 10, 60):
        now, before = (
            [replace(of(random), invoice=random.choice([None, "1", "2", "3"])) for _ in range(size)] for _ in range(2)
        )
        subjects: Any = Renumbered(frozenset(id(item) for item in (*now, *before) if random.random() < 0.5))
        known, gone = match(now, before, subjects)
        for item in now:
            if id(item) in known:
                assert any(not worse(item, was) and same(item, was, subjects) for was in before)
        assert {id(was) for was in gone} <= set(map(id, before))


def same(item: Finding, was: Finding, subjects: Renumbered) -> bool:
    """Whether two findings may be about the same."""
    if item.subject == was.subject:
        return True
    new = replace(was, invoice=subjects.renumbered(was.path).get(was.invoice or "", was.invoice))
    if new.subject == item.subject and new.subject != was.subject:
        return True
    one = item if item.invoice is not None else was
    return (
        (item.rule, item.path, item.milestone, item.about) == (was.rule, was.path, was.milestone, was.about)
        and item.milestone is not None
        and (item.invoice is None) != (was.invoice is None)
        and id(one) not in subjects.inside
    )


def project(random: Random) -> tuple[str, dict[str, str], bytes]:
    """A project's name, its milestones' names by id, and its text; there is no name where it can't be read."""
    name, ids = random.choice("AB"), random.sample(["M1", "M2", "M3", "M4"], random.randint(1, 3))
    milestones = {item: random.choice("xy") for item in ids}
    text = f"project: {name}\ncurrency: EUR\nmilestones:\n" + "".join(
        f"  - {{id: {item}, name: {word}, amount: {random.choice('12')}.00, status: not_billed}}\n"
        for item, word in milestones.items()
    )
    return name, milestones, text.encode()


def half(old: set[Any], new: set[Any]) -> bool:
    return bool(old) and 2 * len(old & new) >= len(old)


def moved(gone: dict[str, Any], came: dict[str, Any]) -> dict[str, str]:
    """The definition: the same content, the same name and half of the ids, half of the milestones and of the words."""

    def words(old: Any, new: Any) -> bool:
        before, after = Counter(old[2].split()), Counter(new[2].split())
        return 2 * (before & after).total() >= max(before.total(), after.total())

    tests: tuple[Callable[[Any, Any], bool], ...] = (
        lambda old, new: old[2] == new[2],
        lambda old, new: old[0] == new[0] and half({*old[1]}, {*new[1]}),
        lambda old, new: half({*old[1].items()}, {*new[1].items()}) and words(old, new),
    )
    result: dict[str, str] = {}
    for test in tests:
        for folder, new in came.items():
            left = (name for name, old in gone.items() if name not in result.values() and test(old, new))
            if folder not in result and (found := next(left, None)) is not None:
                result[folder] = found
    return result


@pytest.mark.parametrize("seed", range(40))
def test_the_same_projects_are_found_to_have_moved(seed: int) -> None:
    random = Random(seed)  # noqa: S311
    for size in (1, 3, 12):
        gone, came = ({f"{side}{i}": project(random) for i in range(random.randint(0, size))} for side in "og")
        sides = (
            {
                folder: Candidate(text.decode(), parse("milestones.yaml", text).records, lambda text=text: text)  # type: ignore[misc]
                for folder, (_, _, text) in side.items()
            }
            for side in (gone, came)
        )
        assert pair(*sides) == moved(gone, came)


def crowd(number: int, kind: str, few: int) -> tuple[dict[str, Candidate], dict[str, Candidate]]:
    """Projects that all moved and were renamed, or of one name; came in another order."""
    sides: list[dict[str, Candidate]] = []
    order = sorted(range(number), key=lambda i: (i % few, i))
    for side, numbers in (("old", range(number)), ("new", order)):
        result = {}
        for i in numbers:
            name = "Retainer" if kind == "one name" else f"Project {i} {side if kind != 'a name for each' else ''}"
            ids = [f"{'' if kind == 'common ids' else i}M{k}" for k in range(3)]
            work = "Phase" if kind == "common ids" else f"Work {i}"
            rows = "".join(
                f"  - {{id: {one}, name: {work} {one}, amount: {1000 + i}.00, planned: 2026-0{1 + (side == 'new')}-05,"
                f" invoice: {{number: INV-{i}-{one}, amount: {i}.00, sent: 2026-02-03}}, status: sent}}\n"
                for one in ids
            )
            damage = "  - [\n" if kind == "unreadable" and side == "new" else ""
            text = f"project: {name}\nclient: Client {i}\ncurrency: EUR\nmilestones:\n{rows}{damage}".encode()
            found = parse("milestones.yaml", text).records
            result[f"{side}/{i:04}"] = Candidate(text.decode(), found, lambda text=text: text)  # type: ignore[misc]
        sides.append(result)
    return sides[0], sides[1]


CROWDS = ("distinct", "a name for each", "one name", "common ids", "unreadable")


@pytest.mark.parametrize("kind", CROWDS)
def test_a_crowd_of_projects_moves_as_when_each_is_compared_with_each(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, came = crowd(80, kind, 7)
    exact = pair(gone, came)
    assert len(exact) == 80
    if kind != "common ids":  # of which the first is taken
        assert all(new[3:] == old[3:] for new, old in exact.items())
    monkeypatch.setattr(moves, "_FEW", 8)
    monkeypatch.setattr(moves, "_RARE", 2)
    assert pair(gone, came) == exact


@pytest.mark.parametrize("kind", [*CROWDS, "nothing moved"])
def test_many_projects_that_moved_and_were_changed(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moves, "_FEW", 10)
    monkeypatch.setattr(moves, "_RARE", 2)

    def cost(number: int) -> int:
        gone, came = crowd(number, kind, 7)
        if kind == "nothing moved":  # alike in all but what counts
            gone = {folder: replace(item, text=lambda: b"", records=None) for folder, item in gone.items()}
        return lines_run(lambda: pair(gone, came))

    assert cost(400) < 2.5 * cost(200)


def lines_run(call: Callable[[], object]) -> int:
    """How many lines of mtrack a call runs, however busy the machine is."""
    count = 0

    def trace(_frame: FrameType, event: str, _: object) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(None)
    return count


def test_findings_of_one_key_that_all_became_worse() -> None:
    def cost(number: int) -> int:
        now, before = (
            [
                Finding(
                    rule="a", category=Category.RECORD, severity=Severity.ERROR, path="p", span=None, project=None,
                    milestone=None, invoice="1", amount=Decimal(i + more), currency="EUR", message=f"{i} {more}",
                    hint=None, related=(),
                )
                for i in range(number)
            ]
            for more in (number, 0)
        )  # fmt: skip
        return lines_run(lambda: match(now, before))

    assert cost(1_600) < 2.5 * cost(800)


def test_lines_that_changed_are_those_that_each_is_compared_with() -> None:
    random = Random(3)  # noqa: S311
    for _ in range(2_000):
        ends = sorted(random.sample(range(1, 30), 2 * random.randrange(5)))
        changed = [range(start, stop - random.choice((0, stop - start))) for start, stop in batched(ends)]
        first = random.randrange(1, 30)
        last = first + random.randrange(4)
        assert touches(changed, first, last) == any(lines.start <= last and first < lines.stop for lines in changed), (
            changed,
            first,
            last,
        )


def batched(numbers: list[int]) -> Iterator[tuple[int, int]]:
    return zip(numbers[::2], numbers[1::2], strict=True)


def test_many_findings_and_as_many_changed_lines() -> None:
    def cost(number: int) -> int:
        changed = [range(i, i + 1) for i in range(1, 3 * number, 3)]
        return lines_run(lambda: [touches(changed, i, i) for i in range(1, 3 * number, 3)])

    assert cost(1_600) < 2.5 * cost(800)


def test_many_invoices_that_were_renumbered(tmp_path: Path) -> None:
    def cost(number: int) -> int:
        root = tmp_path / str(number)
        for side in ("then", "now"):
            rows = "".join(
                f"  - {{id: M{i}, name: N{i}, amount: 1.00, invoice: {{number: {side}{i}, amount: 1.00, sent: 2026-02-03}}, status: sent}}\n"
                for i in range(number)
            )
            write_tree(root, {f"{side}/p/milestones.yaml": f"project: P\ncurrency: EUR\nmilestones:\n{rows}"})
        before, now = (open_workspace(str(root / side), AS_OF) for side in ("then", "now"))
        found = [check(workspace).report.findings for workspace in (now, before)]
        assert len(match(found[0], found[1])[1]) > number
        known: set[int] = set()
        lines = lines_run(lambda: known.update(match(found[0], found[1], Subjects(before, lambda: now, {}))[0]))
        assert len(known) == len(found[0])
        return lines

    cost(10)  # what is imported for the first one
    assert cost(200) < 4 * cost(100)


def test_many_new_waivers_and_as_many_findings(tmp_path: Path) -> None:
    def cost(number: int) -> int:
        lines = [f"  - {{id: M{i}, name: N{i}, amount: 1.00, status: sent}}\n" for i in range(number)]
        text = f"project: P\ncurrency: EUR\nmilestones:\n{''.join(lines)}"
        waivers = [f"  - {{rule: status-mismatch, milestone: M{i}, reason: x}}\n" for i in reversed(range(number))]
        root = tmp_path / str(number)
        write_tree(
            root, {"then/p/milestones.yaml": text, "now/p/milestones.yaml": f"{text}waivers:\n{''.join(waivers)}"}
        )
        before = open_workspace(str(root / "then"), AS_OF)
        earlier = check(before).report.findings
        found: list[Finding] = []
        number_of_lines = lines_run(
            lambda: found.extend(weakened(open_workspace(str(root / "now"), AS_OF), before, earlier, "HEAD"))
        )
        assert len(found) == number, [item.message for item in found][:3]
        return number_of_lines

    assert cost(400) < 2.5 * cost(200)


def test_many_lost_findings_and_as_many_patterns(tmp_path: Path) -> None:
    def cost(number: int) -> int:
        lines = [f"  - {{id: M{i}, name: N{i}, amount: 1.00, status: sent}}\n" for i in range(number)]
        text = f"project: P\ncurrency: EUR\nmilestones:\n{''.join(lines)}"
        patterns = ", ".join(f'"zz{i}*a*b/**/x"' for i in range(number))
        root = tmp_path / str(number)
        records = "p/" * 20 + "milestones.yaml"
        settings = f"format: 1\nrules: {{status-mismatch: off}}\nexclude: [{patterns}]\n"
        write_tree(root, {f"then/{records}": text, f"now/{records}": text, "now/mtrack.yaml": settings})
        before = open_workspace(str(root / "then"), AS_OF)
        earlier = check(before).report.findings
        return lines_run(lambda: weakened(open_workspace(str(root / "now"), AS_OF), before, earlier, "HEAD"))

    cost(1)  # what is imported for the first one
    assert cost(200) < 2.5 * cost(100)
