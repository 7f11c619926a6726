"""`mtrack.yaml` → frozen `Settings`. What is wrong in it is a finding; that key then has its default."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from mtrack import limits
from mtrack.errors import CannotRunError
from mtrack.finding import Place, Problem, Severity
from mtrack.patterns import is_pattern
from mtrack.record import model, schema
from mtrack.record.faults import find_faults
from mtrack.record.model import PaymentTerms, Waiver
from mtrack.workspace import SETTINGS
from mtrack.yaml import source
from mtrack.yaml.flaw import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from mtrack.finding import Route
    from mtrack.yaml.source import Source

DEFAULT_TERMS = PaymentTerms(30)
DEFAULT_CORRECTION = 1
DEFAULT_LOCALE = "en"


class Settings(Struct, frozen=True):
    """A workspace's settings. `bill_within`, `correct_within` in days, `tax_rate` in percent; `rules` maps a name to None for off."""

    source: Source | None = None
    name: str | None = None
    currency: str | None = None
    payment_terms: PaymentTerms = DEFAULT_TERMS
    tax_rate: Decimal | None = None
    bill_within: int = 0
    verify: bool = False
    correct_within: int = DEFAULT_CORRECTION
    require_signed: bool = False
    locale: str = DEFAULT_LOCALE
    currencies: dict[str, int] = field(default_factory=dict)
    exclude: tuple[str, ...] = ()
    rules: dict[str, Severity | None] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()
    unknown_keys: tuple[Problem, ...] = ()
    broken: tuple[Problem, ...] = ()


def load(root: str) -> Settings:
    """The settings of the workspace at `root`; defaults where it has no `mtrack.yaml`.

    Raises CannotRunError where the file can't be read or parsed.
    """
    import os  # noqa: PLC0415

    if not os.path.lexists(os.path.join(root, SETTINGS)):
        return Settings()
    return from_source(source.read(root, SETTINGS, schema.shape("workspace")))


def from_source(read: Source) -> Settings:
    """The settings in a file that was read."""
    flaw = read.unreadable or next(iter(read.flaws), None)
    if flaw is not None:
        where = ""
        if flaw.offsets is not None:
            line, column = read.position(flaw.offsets[0])
            where = f":{line}:{column}"
        message = f"{SETTINGS}{where}: {flaw.message}; {flaw.hint}"
        raise CannotRunError(message)
    faults = find_faults("workspace", read)
    broken = list(faults.broken)
    data: dict[str, Any] = _without(read.data, faults.routes) if isinstance(read.data, dict) else {}
    locale = data.get("locale") or DEFAULT_LOCALE
    if locale != DEFAULT_LOCALE and not _is_locale(locale):
        place = Place(read.path, ("locale",))
        hint = "write a language and a country, such as en_GB or de_DE"
        broken.append(Problem(place=place, message=f"there is no locale '{locale}'", hint=hint))
        locale = DEFAULT_LOCALE
    rules = {name: None if word == "off" else Severity[word.upper()] for name, word in _entries(data, "rules")}
    return Settings(
        source=read,
        name=data.get("name"),
        currency=data.get("currency"),
        payment_terms=model.payment_terms(data.get("payment_terms")) or DEFAULT_TERMS,
        tax_rate=data.get("tax_rate"),
        bill_within=data.get("bill_within") or 0,
        verify=bool(data.get("verify")),
        correct_within=DEFAULT_CORRECTION if data.get("correct_within") is None else data["correct_within"],
        require_signed=bool(data.get("require_signed")),
        locale=locale.replace("-", "_"),
        currencies=dict(_entries(data, "currencies")),
        exclude=_patterns(read, faults.routes, broken) if data.get("exclude") else (),
        rules=rules,
        waivers=waivers(read.path, data, faults.routes, faults.unknown),
        unknown_keys=faults.unknown,
        broken=tuple(broken),
    )


def _patterns(read: Source, faulty: tuple[Route, ...], broken: list[Problem]) -> tuple[str, ...]:
    """The `exclude` patterns that gitignore allows; the others go to `broken`."""
    result: list[str] = []
    known = set(faulty)
    for i, pattern in enumerate(read.data["exclude"]):
        if ("exclude", i) in known:
            continue
        is_full = len(result) >= limits.PATTERNS
        if is_full or sum(map(len, (*result, pattern))) > limits.PATTERNS_IN_ALL:
            most = f"{limits.PATTERNS:,} patterns" if is_full else f"{limits.PATTERNS_IN_ALL:,} characters in all"
            message = f"`exclude` may hold {most}: those from here on are not read"
            hint = "say more with fewer, as in archive/ or **/drafts/"
            broken.append(Problem(place=Place(read.path, ("exclude", i)), message=message, hint=hint))
            break
        if len(pattern) <= limits.PATTERNS and is_pattern(pattern):
            result.append(pattern)
        else:
            place = Place(read.path, ("exclude", i))
            message, hint = (
                f"'{shorten(pattern)}' is not a gitignore pattern",
                "write a folder, such as archive/ or **/drafts/",
            )
            broken.append(Problem(place=place, message=message, hint=hint))
    return tuple(result)


def waivers(
    path: str, data: dict[str, Any], broken: tuple[Route, ...], unknown_keys: tuple[Problem, ...]
) -> tuple[Waiver, ...]:
    """The waivers of a file without the faulty ones; none where `waivers` is not a list.

    A waiver with an unknown key is faulty too: with `milestone` misspelt it would accept more than was meant.
    """
    items = data.get("waivers")
    if not isinstance(items, list):
        return ()
    routes = [*broken, *(problem.place.route or () for problem in unknown_keys)]
    faulty = {route[1] for route in routes if route[:1] == ("waivers",) and len(route) > 1}
    return tuple(
        _waiver(path, ("waivers", i), item)
        for i, item in enumerate(items)
        if i not in faulty and isinstance(item, dict)
    )


def _waiver(path: str, route: Route, data: dict[str, Any]) -> Waiver:
    until = data.get("until")
    return Waiver(
        path, route, data["rule"], data["reason"], data.get("milestone"), data.get("number"), data.get("file"),
        None if until is None else date.fromisoformat(until),
    )  # fmt: skip


def _entries(data: dict[str, Any], key: str) -> Iterator[tuple[str, Any]]:
    """A mapping's entries without the user's own."""
    return ((name, value) for name, value in (data.get(key) or {}).items() if not name.startswith("x-"))


def _without(data: dict[str, Any], routes: tuple[Route, ...]) -> dict[str, Any]:
    """The data without the values at fault; a fault inside a list or mapping takes only its own entry.

    Payment terms go as a whole, as half of them say something else.
    """
    result = dict(data)
    inside: dict[str, set[str | int]] = {}
    for route in routes:
        if len(route) == 1 or route[:1] == ("payment_terms",):
            result.pop(str(route[0]), None)
        elif len(route) > 1 and route[0] != "waivers":  # those are dropped one by one, by index
            inside.setdefault(str(route[0]), set()).add(route[1])
    for key, faulty in inside.items():
        value = result.get(key)
        if isinstance(value, dict):
            result[key] = {name: item for name, item in value.items() if name not in faulty}
        elif isinstance(value, list):
            result[key] = [item for i, item in enumerate(value) if i not in faulty]
    return result


def _is_locale(name: str) -> bool:
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415  (only where a locale is set)

    try:
        Locale.parse(name.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return False
    return True
