"""Reads recurring parts of plain files by their form: the same lines with other values, as milestones mostly are.

A text falls into its head, the items of the list that a file must have, and what stands below. Of each, the values of its lines are slots,
and the rest is its form. Once a form has come a few times, the reader of plain files reads it with marks in its slots,
which shows where each value goes; from then on values are put there directly. That is safe because what may stand in a
slot means nothing to YAML: whatever does not begin a value, or could end one, is part of the form.
"""

from __future__ import annotations

import re
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from mtrack import limits
from mtrack.yaml import plain
from mtrack.yaml.scalars import NULLS, scalar
from mtrack.yaml.size import may_be_too_much, parts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mtrack.yaml.shape import Shape

_FIRST = r"[^\s\-?:,\[\]{}#&*!|>'\"%@`]"
_SLOT = re.compile(
    rf": ({_FIRST}[^\n:#{{}}\[\]]*+(?![^\n])|{_FIRST}[^\n,\[\]{{}}:#'\"]*+(?=[,}}\]])(?<! )"
    r"|\"[^\"\\\n]++\"(?![^\n])|'[^'\n]++'(?![^\n]))"
)
"""A value to the end of its line, one within brackets, and one in quotes."""
_DASH = re.compile(" *- +")
_NEXT_KEY = re.compile(r"\n(?=[A-Za-z_])")
_QUOTES = "'\""
_QUOTED = "quoted"
"""A kind of values beside those of a shape: text in quotes."""
_OFTEN = 3
"""The number of times a form comes before it is worth being learned."""
_MOST = 2000
"""Forms that are counted, and values that are kept, at a time."""
PATIENCE = 500
"""The number of parts without a known form, beyond those with one, after which nothing seems to recur here."""

_known: dict[int, Forms] = {}
"""The forms by the shape of the files, which they hold, so that its place in memory is no other's."""


def read(text: str, shape: Shape) -> tuple[dict[str, Any] | None, list[Form]]:
    """The data in a text, as `plain.read` gives it, and the forms it was read by, if all of it was."""
    if not plain.is_printable(text):
        return None, []
    forms = _known.get(id(shape))
    if forms is None:
        forms = _known[id(shape)] = Forms(shape)
    data, used = forms.read(text)
    if data is not None or may_be_too_much(text):
        return data, used
    return plain.read(text, shape), []


class _UnfitError(Exception):
    """A value does not fit its place, or is not known to."""


class _Scalars(dict[str, Any]):
    """The values of scalars of a kind that must fit, each worked out once."""

    def __init__(self, kind: str, fits: Callable[[Any], bool] | None) -> None:
        super().__init__()
        self._kind = kind
        self._fits = fits

    def __missing__(self, text: str) -> Any:
        value = text if self._kind == _QUOTED else scalar(text, self._kind)
        if self._fits is not None and not self._fits(value):
            raise _UnfitError
        if len(self) >= _MOST:
            self.clear()
        self[text] = value
        return value


class Form:
    """The layout of a part's data. `steps` make the mappings and lists from inside out, the last one is the part.

    `fits` says that data of this form has been found to fit the schema: then any does, since each value is looked at
    when it is put in, and else only which keys there are counts.
    """

    __slots__ = ("_constants", "_quoted", "_scalars", "_steps", "fits")

    def __init__(
        self,
        quoted: Sequence[int],
        scalars: Sequence[tuple[int, _Scalars]],
        constants: Sequence[Any],
        steps: Sequence[tuple[tuple[str, ...] | None, Callable[[list[Any]], Sequence[Any]]]],
    ) -> None:
        self._quoted = quoted
        self._scalars = scalars
        self._constants = constants
        self._steps = steps
        self.fits = False

    def fill(self, values: list[Any]) -> Any:
        """The data of a part with these values in its slots. Raises _UnfitError."""
        for i in self._quoted:
            values[i] = values[i][1:-1]
        for i, table in self._scalars:
            values[i] = table[values[i]]
        values += self._constants
        for keys, chosen in self._steps:
            values.append(list(chosen(values)) if keys is None else dict(zip(keys, chosen(values), strict=True)))
        return values[-1]


class Forms:
    """The forms of one kind of file."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._list = next(
            (name for name, below in shape.properties.items() if below.items and name in shape.required), ""
        )
        """The list whose items recur; none in a file that must have none."""
        self._forms: dict[str, Form | None] = {}
        """The forms by the beginnings of their parts and their lines; None for one that can't be learned."""
        self._seen: dict[str, int] = {}
        self._scalars: dict[tuple[str, Any], _Scalars] = {}
        self.taken = 0
        """The number of parts that were read by their form."""
        self._missed = 0

    def read(self, text: str) -> tuple[dict[str, Any] | None, list[Form]]:
        """The data in a text; None where its parts can't be found, or nothing recurs. And the forms of all parts, if known."""
        used: list[Form | None] = []
        data = self._data(text, used)
        if data is None or (len(text) * 2 > limits.PARTS and parts(data) > limits.PARTS):
            return None, []
        return data, [] if None in used else used  # type: ignore[return-value]

    def _data(self, text: str, used: list[Form | None]) -> dict[str, Any] | None:
        if " \n" in text or text[-1:] == " ":
            return None
        opening = f"\n{self._list}:\n"
        start = text.find(opening) + len(opening)
        dash = _DASH.match(text, start) if start >= len(opening) else None
        if dash is None or self._missed > PATIENCE + self.taken:
            return None
        head, between = text[: start - 1], f"\n{dash[0]}"
        body, *below = _NEXT_KEY.split(text[dash.end() :], maxsplit=1)
        pieces = body.removesuffix("\n").split(between)
        if between in head or max(map(len, (head, *below, *pieces))) > limits.KEYS:
            return None  # or a mapping could have more keys than one may
        result = self._part(head, "", "", used)
        if not isinstance(result, dict) or next(reversed(result)) != self._list or result[self._list] is not None:
            return None
        before = f"{self._list}:{between}"
        items: list[Any] = []
        for piece in pieces:
            item = self._part(piece, between, before, used)
            if item is None:
                return None
            items.append(item)
        result[self._list] = items
        used += [None for _ in below]  # they are read line by line
        rest = plain.read(below[0], self._shape) if below else {}
        return result | rest if rest is not None and result.keys().isdisjoint(rest) else None

    def _part(self, part: str, kind: str, before: str, used: list[Form | None]) -> Any:
        """The data of the head or an item, which begins behind `before`; None where it depends on the whole text."""
        split = _SLOT.split(part)
        literals, values = split[::2], split[1::2]
        form = "\0".join((kind, *literals))
        if '"' in part or "'" in part:
            form += "".join([f"\0{i}" for i, value in enumerate(values) if value[0] in _QUOTES])
        known = self._forms.get(form)
        if known is not None and NULLS.isdisjoint(values):
            try:
                data = known.fill(values)
            except _UnfitError:
                pass
            else:
                self.taken += 1
                used.append(known)
                return data
        self._missed += 1
        used.append(None)
        data = self._read(f"{before}{part}", before)
        if data is not None and form not in self._forms and NULLS.isdisjoint(values) and self._comes_often(form):
            self._forms[form] = self._learned(literals, values, before, data)
        return data

    def _read(self, text: str, before: str) -> Any:
        """The data of a head or an item as the reader of plain files has it; None if it isn't just that."""
        data = plain.read(text, self._shape)
        if data is None or not before:
            return data
        items = data[self._list]
        return items[0] if len(data) == 1 and len(items) == 1 and isinstance(items[0], dict) else None

    def _comes_often(self, form: str) -> bool:
        if len(self._seen) >= _MOST:
            self._seen.clear()
        self._seen[form] = self._seen.get(form, 0) + 1
        return self._seen[form] >= _OFTEN and len(self._forms) < _MOST

    def _learned(self, literals: list[str], values: list[str], before: str, data: Any) -> Form | None:
        """The form of a part; None if the marks in its slots are not all found again, or its own data are not."""
        marks = [f"q{i}q" for i in range(len(values))]
        text = literals[0]
        for mark, value, literal in zip(marks, values, literals[1:], strict=True):
            quote = value[0] if value[0] in _QUOTES else ""
            text += f": {quote}{mark}{quote}{literal}"
        quoted = [i for i, value in enumerate(values) if value[0] in _QUOTES]
        marked = self._read(f"{before}{text}", before)
        layout = _Layout(marks, quoted, self._scalars)
        if marked is None or not layout.take(
            marked, self._shape.properties[self._list].item if before else self._shape
        ):
            return None
        form = layout.form()
        try:
            return form if repr(form.fill([*values])) == repr(data) else None
        except _UnfitError:
            return None


class _Layout:
    """Finds the marks in the data that was read with them, and makes a form of it."""

    def __init__(self, marks: list[str], quoted: list[int], scalars: dict[tuple[str, Any], _Scalars]) -> None:
        self._slots = {mark: i for i, mark in enumerate(marks)}
        self._left = dict(self._slots)
        self._quoted = quoted
        self._tables = scalars
        self._scalars: list[tuple[int, _Scalars]] = []
        self._constants: list[Any] = []
        self._steps: list[tuple[tuple[str, ...] | None, list[tuple[str, int]]]] = []

    def take(self, data: Any, shape: Shape) -> bool:
        """Whether each mark stands for one value."""
        self._add(data, shape)
        return not self._left and bool(self._steps)

    def _add(self, data: Any, shape: Shape) -> tuple[str, int]:
        """Add data to the layout and return its source: a slot, a constant, or the result of an earlier step."""
        if isinstance(data, dict):
            parts = [self._add(value, shape.child(key)) for key, value in data.items()]
            self._steps.append((tuple(data), parts))
            return "step", len(self._steps) - 1
        if isinstance(data, list):
            self._steps.append((None, [self._add(value, shape.item) for value in data]))
            return "step", len(self._steps) - 1
        slot = self._left.pop(data, None) if isinstance(data, str) else None
        if slot is None:
            self._constants.append(data)
            return "constant", len(self._constants) - 1
        kind = _QUOTED if slot in self._quoted else shape.kind
        if kind not in ("text", _QUOTED) or shape.fits is not None:
            key = kind, shape.fits
            if key not in self._tables:
                self._tables[key] = _Scalars(*key)
            self._scalars.append((slot, self._tables[key]))
        return "slot", slot

    def form(self) -> Form:
        """The form."""
        first = {"slot": 0, "constant": len(self._slots), "step": len(self._slots) + len(self._constants)}
        steps = [(keys, _chosen([first[what] + i for what, i in parts])) for keys, parts in self._steps]
        return Form(self._quoted, self._scalars, self._constants, steps)


def _chosen(places: list[int]) -> Callable[[list[Any]], Sequence[Any]]:
    """A function that takes the values at these places."""
    return itemgetter(*places) if len(places) > 1 else itemgetter(slice(places[0], places[0] + 1))
