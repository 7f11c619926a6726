"""Properties: reformatting is no event, and the events of a history give the facts of its end."""

from __future__ import annotations

import json
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from history.story import Story
from mtrack.changes.align import align
from mtrack.changes.compare import compare
from mtrack.changes.event import Key
from mtrack.changes.facts import PROJECT, Version, plain
from mtrack.history.graph import Graph
from mtrack.history.pieces import PieceReader
from mtrack.history.reader import Reader
from mtrack.history.repository import Repository
from mtrack.history.versions import of_source, parse
from mtrack.record import schema
from mtrack.yaml import source

if TYPE_CHECKING:
    from mtrack.changes.event import Event

CORPUS = sorted((Path(__file__).parent.parent / "corpus-edit").glob("*.txt"))


def version(raw: bytes) -> Version:
    parsed = parse("milestones.yaml", raw)
    assert parsed.records is not None, parsed.why
    return Version("acme", parsed.records, "EUR")


def flow(data: Any) -> str:
    """Data as YAML in braces, on one line: keys in another order, text in quotes, amounts with one more zero."""
    if isinstance(data, dict):
        return "{" + ", ".join(f"{json.dumps(key)}: {flow(value)}" for key, value in reversed(data.items())) + "}"
    if isinstance(data, list):
        return f"[{', '.join(map(flow, data))}]"
    if isinstance(data, Decimal):
        text = f"{data:f}"
        return f"{text}0" if "." in text else text
    return json.dumps(data, ensure_ascii=False)


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_reformatting_is_no_event(path: Path) -> None:
    raw = path.read_bytes()
    before = version(raw)
    read = source.from_bytes("milestones.yaml", raw, schema.shape("milestones"))
    bare = raw.replace(b"\r\n", b"\n")
    for other in (
        flow(read.data).encode(),
        b"# a comment\n" + raw.removeprefix(b"\xef\xbb\xbf")
        if not raw.lstrip(b"\xef\xbb\xbf").startswith(b"%")
        else raw,
        bare,
        bare.replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + raw.removeprefix(b"\xef\xbb\xbf"),
    ):
        after = version(other)
        assert compare(before, align(before, after)) == []
    assert next(event.event for event in compare(before, Version("acme", {}, "EUR"))) == "project-removed"


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_a_version_in_pieces_is_the_whole(path: Path) -> None:
    text = path.read_bytes().decode()
    pieces = PieceReader().read(text)
    whole = parse("milestones.yaml", text.encode())
    assert pieces is None or (
        pieces == (whole.records, whole.currency) and list(pieces[0]) == list(whole.records or ())
    )


def test_plain_files_are_read_in_pieces_and_others_are_not() -> None:
    read = [path.stem for path in CORPUS if PieceReader().read(path.read_bytes().decode()) is not None]
    assert {"01-smallest", "02-all-block"} <= set(read)
    assert not {"03-crlf", "04-bom", "18-json", "57-anchor-unused", "58-alias-beside"} & set(read)


TRICKS = {
    "a quote over two items": "  - {id: A, name: 'x\n  - y', amount: 1.00, status: paid}\n",
    "an id twice": "  - {id: A, name: x, amount: 1.00, status: paid}\n" * 2,
    "a second list": "  - {id: A, name: x, amount: 1.00, status: paid}\nmilestones:\n  - {id: B, name: x, amount: 1.00, status: paid}\n",
    "another depth": "  - {id: A, name: x, amount: 1.00, status: paid}\n - {id: B, name: x, amount: 1.00, status: paid}\n",
    "deeper": "  - {id: A, name: x, amount: 1.00, status: paid}\n    - {id: B, name: x, amount: 1.00, status: paid}\n",
    "a block": "  - id: A\n    name: x\n    note: |\n      - y\n    amount: 1.00\n    status: paid\n",
    "a bracket over two items": "  - {id: A, name: x, amount: 1.00,\n  - status: paid}\n",
    "a dash alone": "  - id: A\n    name: x\n    amount: 1.00\n    status: paid\n  -\n    id: B\n    name: x\n    amount: 1.00\n    status: paid\n",
    "a quote over two items, the second of which holds two": "  - {id: A, name: 'x\n  - y', amount: 1.00, status: paid}\n"
    "  -\n    id: B\n    name: x\n    amount: 1.00\n    status: paid\n",
    "a wrong amount": "  - {id: A, name: x, amount: 1e3, status: paid}\n",
    "a key twice": "  - {id: A, id: B, name: x, amount: 1.00, status: paid}\n",
}


@pytest.mark.parametrize("name", TRICKS)
def test_what_reaches_over_is_read_as_a_whole(name: str) -> None:
    assert PieceReader().read(f"project: P\ncurrency: EUR\nmilestones:\n{TRICKS[name]}") is None


def test_what_was_read_before_changes_nothing() -> None:
    """Milestones are read many at once, and each text once: whatever came before, a version is the whole."""
    reader = PieceReader()
    plain_item = "  - {{id: {0}, name: x, amount: {1}, status: not_billed}}\n"
    items = [
        plain_item.format(name, amount) for name, amount in (("A", "1.00"), ("B", "2.00"), ("A", "3.00"), ("C", "1e3"))
    ]
    for chosen in ((0, 1), (1, 0), (0, 2), (2, 1), (0, 3), (3,), (1, 2), (0,), (0, 0), (1, 1, 0)):
        text = "project: P\ncurrency: EUR\nmilestones:\n" + "".join(items[place] for place in chosen)
        whole = parse("milestones.yaml", text.encode())
        wanted = None if len({items[place][9] for place in chosen}) < len(chosen) else whole.records
        found = reader.read(text)
        assert (found and found[0]) == wanted, text


# The events of a history, applied in order to nothing.

State = dict[Key, dict[str, Any]]


def apply(state: State, event: Event) -> None:
    """Apply an event to a project's records."""
    if event.field is None and event.event != "project-moved":
        if event.new is None:
            for key in [key for key in state if key[: len(event.record)] == event.record or _inside(key, event.record)]:
                del state[key]
            if event.record == PROJECT:
                state.clear()
        else:
            state[event.record] = dict(event.new)
        return
    record = state.get(event.record)
    if record is None or event.event.startswith("file-"):
        if record is not None and event.field == "file":
            _set(record, "file", event.new)
        return
    _set(record, str(event.field), event.new)


def _inside(key: Key, record: Key) -> bool:
    return key[0] == "payment" and record[0] == "invoice" and key[1:3] == record[1:3]


def _set(record: dict[str, Any], path: str, value: Any) -> None:
    whole = record
    *above, last = path.split(".")
    for name in above:
        record = record.setdefault(name, {})
    if value is not None:
        record[last] = value
        return
    record.pop(last, None)
    for name in [name for name, item in whole.items() if item == {}]:
        del whole[name]


def facts(found: Version) -> dict[Key, Any]:
    result = {key: plain(record.data) for key, record in found.records.items()}
    agreement = result.pop(("agreement",), None)
    if agreement:
        result[PROJECT]["agreement"] = agreement
    return result


def text(milestones: dict[str, dict[str, Any]]) -> str:
    """Records as one line of YAML."""
    items = [
        {"id": name, "name": f"Milestone {name}", **{key: value for key, value in item.items() if key != "numbers"}}
        for name, item in milestones.items()
    ]
    return flow({"project": "Acme", "currency": "EUR", "milestones": items}) + "\n"


AMOUNTS = st.sampled_from([Decimal("100.00"), Decimal("200.00"), Decimal("300.50")])
CHANGE = st.tuples(
    st.sampled_from(["amount", "status", "approve", "bill", "pay", "void", "remove", "add", "tax"]),
    st.sampled_from(["A", "B", "C", "D"]),
    AMOUNTS,
)
Milestones = dict[str, dict[str, Any]]


def changed(milestones: Milestones, change: tuple[str, str, Decimal]) -> Milestones:
    """The records after a change, where it makes sense."""
    what, name, amount = change
    result: Milestones = {key: dict(value) for key, value in milestones.items()}
    if what == "add" and name not in result:
        result[name] = {"amount": amount, "status": "not_billed"}
    if name not in result or (what == "remove" and len(result) == 1):
        return result
    if what == "remove":
        del result[name]
        return result
    item = result[name]
    invoice = dict(item.get("invoice", {}))
    paid = [*invoice.get("payments", ()), {"date": "2026-03-01", "amount": amount}][:1]
    others: Milestones = {
        "amount": {"amount": amount},
        "status": {"status": "sent" if item["status"] == "not_billed" else "not_billed"},
        "approve": {"deliverable": {"approved": "2026-02-01"}},
        "bill": {"invoice": {"number": f"INV-{name}", "amount": amount, "sent": "2026-02-02"}},
    }
    billed: Milestones = {"pay": {"payments": paid}, "void": {"void": {"date": "2026-03-02"}}, "tax": {"tax": amount}}
    item |= others.get(what, {})
    if invoice and what in billed:
        item["invoice"] = invoice | billed[what]
    return result


@settings(max_examples=25, deadline=None)
@given(
    st.lists(CHANGE, max_size=4), st.lists(st.lists(CHANGE, max_size=4), min_size=2, max_size=2), st.lists(CHANGE, max_size=2),
    st.integers(0, 2),
)  # fmt: skip
def test_the_events_of_a_history_give_the_facts_of_its_end(
    before: list[Any], sides: list[list[Any]], after: list[Any], taken: int
) -> None:
    start: Milestones = {
        "A": {"amount": Decimal("1.00"), "status": "not_billed"},
        "B": {"amount": Decimal("2.00"), "status": "not_billed"},
    }
    commits: list[tuple[str, list[str], str]] = [("c0", [], text(start))]

    def commit(milestones: Milestones, parents: list[str]) -> str:
        commits.append((f"c{len(commits)}", parents, text(milestones)))
        return commits[-1][0]

    tip, now = "c0", start
    for change in before:
        now = changed(now, change)
        tip = commit(now, [tip])
    tips, ends = [], []
    for side in sides:
        own, there = now, tip
        for change in side:
            own = changed(own, change)
            there = commit(own, [there])
        tips.append(there)
        ends.append(own)
    now = ends[taken] if taken < len(ends) else ends[0] | ends[1]
    tip = commit(now, tips if tips[0] != tips[1] else tips[:1])
    for change in after:
        now = changed(now, change)
        tip = commit(now, [tip])

    stream = ""
    for i, (name, parents, content) in enumerate(commits):
        who = f"A <a@example.org> {1767225600 + i * 3600} +0000"
        stream += f"commit refs/heads/{name}\nmark :{i + 1}\nauthor {who}\ncommitter {who}\ndata 1\nx\n"
        stream += "".join(
            f"{'from' if j == 0 else 'merge'} :{int(parent[1:]) + 1}\n" for j, parent in enumerate(parents)
        )
        stream += f"M 100644 inline acme/milestones.yaml\ndata {len(content.encode())}\n{content}\n"
    with tempfile.TemporaryDirectory() as folder:
        story = Story(Path(folder))
        story.git("fast-import", "--quiet", stdin=stream.encode())
        repository = Repository(folder)
        try:
            state: State = {}
            for step in Reader(repository).read(Graph(repository.commits(tip))):
                for project in step.projects:
                    for event in project.events:
                        apply(state, event)
        finally:
            repository.close()
    end = of_source(source.from_bytes("m", text(now).encode(), schema.shape("milestones"))).records
    assert end is not None
    wanted = facts(Version("acme", end, "EUR"))
    assert json.dumps(state_of(state), sort_keys=True) == json.dumps(state_of(wanted), sort_keys=True)


def state_of(state: dict[Key, Any]) -> dict[str, Any]:
    return {repr(key): value for key, value in state.items()}
