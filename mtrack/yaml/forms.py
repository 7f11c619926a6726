"""Reads recurring parts of plain files by their form: the same lines with other values, as milestones mostly are.

A text falls into the items of its lists and what stands before, between and below these. Of each item, and of what stands
before a list, the values of its lines are slots, and the rest is its form. Once a form has come a few times, the reader of plain files reads it with marks in its slots,
which shows where each value goes; from then on values are put there directly. That is safe because what may stand in a
slot means nothing to YAML: whatever does not begin a value, or could end one, is part of the form.
"""

from __future__ import annotations

import re
from collections import defaultdict
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
    r"|\" *+[^\"\\\n ][^\"\\\n]*+\"(?![^\n])|' *+[^'\n ][^'\n]*+'(?![^\n]))"
)
"""A value to the end of its line, one within brackets, and one in quotes that is not blank: blank text fits nowhere."""
_DASH = re.compile("\n *- +")
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
        """The data of a part with these values in its slots; None where one does not fit."""
        for i in self._quoted:
            values[i] = values[i][1:-1]
        try:
            for i, table in self._scalars:
                values[i] = table[values[i]]
        except _UnfitError:
            return None
        values += self._constants
        for keys, chosen in self._steps:
            values.append(list(chosen(values)) if keys is None else dict(zip(keys, chosen(values), strict=True)))
        return values[-1]


class Forms:
    """The forms of one kind of file."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._lists = {name for name, below in shape.properties.items() if below.items}
        """The lists whose items may recur."""
        self._forms: dict[str, Form | None] = {}
        """The forms by the beginnings of their parts and their lines; None for one that can't be learned."""
        self._seen: dict[str, int] = {}
        self._keys: defaultdict[tuple[str, ...], Form] = defaultdict(lambda: Form((), (), (), ()))
        """A form for the keys of a file: those of its parts say nothing of what is missing beside them."""
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
        if " \n" in text or text[-1:] == " " or self._missed > PATIENCE + self.taken:
            return None
        result: dict[str, Any] = {}
        above: list[str] = []
        for section in _NEXT_KEY.split(text.removesuffix("\n")):
            name, _, below = section.partition(":")
            dash = _DASH.match(below) if name in self._lists else None
            if dash is None:
                above.append(section)
                continue
            head = self._part("\n".join([*above, f"{name}:"]), "", "", used)
            items = self._items(below[dash.end() :], name, dash[0], used)
            if head is None or items is None or head.get(name, items) is not None or not result.keys().isdisjoint(head):
                return None
            result |= {**head, name: items}
            above.clear()
        rest = self._part("\n".join(above), "", "", used) if result and above else {}
        if not result or rest is None or not result.keys().isdisjoint(rest):
            return None
        if len(self._keys) >= _MOST:
            self._keys.clear()
        used.append(self._keys[tuple(result | rest)])
        return result | rest

    def _items(self, text: str, name: str, dash: str, used: list[Form | None]) -> list[Any] | None:
        """The items of a list by its name, which stand in a text from behind the first dash."""
        items: list[Any] = []
        for piece in text.split(dash):
            item = self._part(piece, name, f"{name}:{dash}", used)
            if item is None:
                return None
            items.append(item)
        return items

    def _part(self, part: str, name: str, before: str, used: list[Form | None]) -> Any:
        """The data of what stands above a list, or of an item behind `before`; None where it depends on the whole text."""
        if len(part) > min(limits.KEYS, limits.VALUE):
            return None  # a mapping in it could have more keys than one may, or a value be longer
        split = _SLOT.split(part)
        literals, values = split[::2], split[1::2]
        form = "\0".join((before, *literals))
        if '"' in part or "'" in part:
            form += "".join([f"\0{i}" for i, value in enumerate(values) if value[0] in _QUOTES])
        known = self._forms.get(form)
        data = known.fill(values) if known is not None and NULLS.isdisjoint(values) else None
        if data is not None:
            self.taken += 1
            used.append(known)
            return data
        self._missed += 1
        used.append(None)
        data = self._read(f"{before}{part}", name)
        if data is not None and form not in self._forms and NULLS.isdisjoint(values) and self._comes_often(form):
            self._forms[form] = self._learned(literals, values, name, before, data)
        return data

    def _read(self, text: str, name: str) -> Any:
        """The data of a text, or of the one item of a list in it, as the reader of plain files has it; None if it isn't that."""
        data = plain.read(text, self._shape)
        if data is None or not name:
            return data
        items = data[name]
        return items[0] if len(data) == 1 and len(items) == 1 and isinstance(items[0], dict) else None

    def _comes_often(self, form: str) -> bool:
        if len(self._seen) >= _MOST:
            self._seen.clear()
        self._seen[form] = self._seen.get(form, 0) + 1
        return self._seen[form] >= _OFTEN and len(self._forms) < _MOST

    def _learned(self, literals: list[str], values: list[str], name: str, before: str, data: Any) -> Form | None:
        """The form of a part; None if the marks in its slots are not all found again, or its own data are not."""
        marks = [f"q{i}q" for i in range(len(values))]
        text = literals[0]
        for mark, value, literal in zip(marks, values, literals[1:], strict=True):
            quote = value[0] if value[0] in _QUOTES else ""
            text += f": {quote}{mark}{quote}{literal}"
        quoted = [i for i, value in enumerate(values) if value[0] in _QUOTES]
        marked = self._read(f"{before}{text}", name)
        layout = _Layout(marks, quoted, self._scalars)
        if marked is None or not layout.take(marked, self._shape.properties[name].item if name else self._shape):
            return None
        form = layout.form()
        return form if repr(form.fill([*values])) == repr(data) else None


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
