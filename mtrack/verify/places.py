"""The meaning of the words around an amount: a rate, a repeated payment, a row of a list, a part of a sum."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from mtrack import money
from mtrack.verify import taxes
from mtrack.verify.amounts import readings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mtrack.verify.papers import Papers
    from mtrack.verify.spots import Spot

_MAX_PROSE, _MAX_TAX = 100, 60
_MIN_PARTS, _MAX_PARTS = 2, 12
_REACH = 300
"""Amounts above a sum that may be its parts."""
_NO_AMOUNT = re.compile(
    r"per\s+(?:hour|day|month|week|fte|person)|/\s?(?:h|hr|hour|day|month)\b|hourly|daily rate|insurance|liabilit|penalt"
    r"|stunde|tagessatz|haftung|versicherung|taux horaire|por hora|per uur|timpris",
    re.IGNORECASE,
)
_RATE = re.compile(
    r"\s*(?:/|per\s|an?\s)\s*(?:h\b|hr|hour|d\b|day|week|month|mo\b|year|fte|person|user|unit|stunde|tag)",
    re.IGNORECASE,
)
_FIGURE = r"(?P<n>\d[\d.,'’]{0,8})"
_TIMES_BEFORE = re.compile(
    rf"(?<![\d.,])(?<!\w){_FIGURE}\s*(?:[^\W\d_]{{1,14}}\.?\s*)?(?:[@×*]|(?<![^\W\d_])[àx]|\b(?:at|a|je|zu\s+je|per|por|tegen|til))\s*(?:the\s+rate\s+of\s+)?$",
    re.IGNORECASE,
)
_TIMES_BEHIND = re.compile(rf"\s*[×*x]\s*{_FIGURE}(?!\s*%)", re.IGNORECASE)
_COUNTED = re.compile(rf"{_FIGURE}\s*(?:[^\W\d_]{{1,14}}\.?)?")
_QUANTITY_COLUMN = re.compile(
    r"^\W*(?:no\.?\s+of\s+|number\s+of\s+|anzahl\s+)?(?:hours?|hrs|days?|weeks?|months?|qty|quantity|units?|pcs|menge|anzahl|stunden|std"
    r"|tage|pt|personentage|heures|jours|quantité|qté|horas|días|dias|cantidad|cant|ore|giorni|quantità|q\.?\s?t[àa]|uren|dagen|aantal|timmar|dagar|antall?|stück|stk|nbre?|quantidade|qtde?"
    r"|ilość|szt|množství|počet|määrä|kpl|mennyiség|cantitate|miktar|adet)\b\.?\W*$",
    re.IGNORECASE,
)
_RATE_BY_NAME = re.compile(
    r"(?:day|daily|hour|hourly|week|weekly|unit)\W?(?:rate|price|cost)|tagess[aä]tz|stundens[aä]tz|einzelpreis|\btjm\b|unitaire|unitari[oa]"
    r"|\btaux\b|timpris|uurtarief|dagtarief|(?:per|pro|/)\s?(?:h|hour|day|stunde|tag)\b",
    re.IGNORECASE,
)
_RATE_COLUMN = re.compile(r"\brates?\b|satz\b|tarif|\beach\b|\bje\b", re.IGNORECASE)
_EQUAL = re.compile(
    r"\b(?:equal|instal?lments|payments|tranches|raten|zahlungen|mensualités|versements|échéances|cuotas|pagos|plazos|pagamenti|termijnen|betalingen|delbetalningar)\b[^.;]{0,40}"
    r"\b(?:of|à|zu|von|de|di|van|om|på)\b\W*(?:[\w-]+\W+){0,3}$",
    re.IGNORECASE,
)
_TAX = re.compile(
    rf"\W*(?:plus\s+|zzgl\.?\s+|\+\s*)?(?:[\d.,]+\s*%\s*)?(?:of\s+)?(?:{taxes.NAMES})(?!\w)"
    r"\.?\W*(?:[\d.,]+\s*%?)?\W*(?:amount|rate|payable)?\W*",
    re.IGNORECASE,
)
_MONTHLY = (
    r"(?:monthly|quarterly|yearly|annual|weekly|monatlich\w*|vierteljährlich\w*|jährlich\w*|mensuel\w*|trimestriel\w*|mensual\w*"
    r"|trimestral\w*|mensil\w*|maandelijks\w*|månatlig\w*|månedlig\w*)"
)
_EACH_BEFORE = re.compile(
    r"\b(?:each|every|per|pro|jede[rsmn]?|chaque|cada|ogni|elke?|varje)\s+(?:milestone|phase|stage|month|quarter|year"
    r"|instal?lments?|payments?|meilenstein|monat|rate|jalon|mois|étape|hito|mes|cuota|tappa|mese|mijlpaal|maand|etapp|månad)\b"
    r"[^.;]{0,40}$"
    rf"|\b{_MONTHLY}\b[^.;]{{0,40}}$",
    re.IGNORECASE,
)
_EACH = re.compile(
    r"\W*(?:\([^)]*\)\W*)?(?:each\b|per\s+(?:month|quarter|year|annum|milestone)\b|a\s+month\b|(?:every|each)\s+(?:month|quarter|year)\b|jeweils\b"
    rf"|{_MONTHLY}\b"
    r"|chacun|cada un|ciascun|elk\b|vardera\b)",
    re.IGNORECASE,
)

_NOT_AGREED = re.compile(
    r"insurance|liabilit|\bliable\b|penalt|haftung|\bhaftet\b|versicherung|vertragsstrafe|pénalité|penalidad|\bpenal[ei]\b|boete|\bvite\b"
    r"|\bkara\s+umowna|\blate\s+(?:fee|payments?\s+(?:bear|incur|carry|are\s+charged))|mahngebühr|indemnité\s+forfaitaire",
    re.IGNORECASE,
)
_MORE = (
    r"(?:additional|extra|further|zusätzliche?[rsn]?|weitere[rsn]?|supplémentaires?|adicional(?:es)?|aggiuntiv[aeio]|supplementar[ei]"
    r"|extra|ytterligare|dodatkow[aey])"
)
_UNIT = (
    r"(?:hours?|days?|rounds?|revisions?|stunden?|tage?|korrektur\w*|heures?|jours?|journées?|horas?|jornadas?|or[ae]|giornat[ae]|uur|uren|dag|dagen"
    r"|timm[ae]r?|timme|godzin[ay]|dzień)"
)
_EXTRA = re.compile(rf"\b(?:{_MORE}\s+{_UNIT}|{_UNIT}\s+{_MORE})\b", re.IGNORECASE)
"""What is paid only where it comes to it: "journée supplémentaire", "additional hours"."""
_DEPOSIT = re.compile(
    r"deposit|down\W?payment|up\W?front|\badvance|retainer|anzahlung|vorauszahlung|abschlag|acompte|arrhes|avance|anticip|acconto"
    r"|voorschot|aanbetaling|förskott|forskud|zaliczk|instal?lment\b|\brate\b|rata\b",
    re.IGNORECASE,
)
_EXPENSES = re.compile(
    r"\b(?:expense|travel|reise|spesen|auslagen|frais|gastos|spese|onkosten|reiskosten)\w*[^.;]{0,60}"
    r"\b(?:limit\w*|exceed\w*|cap|capped|max\w*|höchstens|up\s+to|bis\s+zu|plafonn\w*|begrenzt|jusqu\w*|hasta)\b",
    re.IGNORECASE,
)
_REPLACED = re.compile(r"^\W*(?:old|previous|former|original|alt|bisher|ancien|anterior|oud)", re.IGNORECASE)
_NOT_IT = re.compile(
    r"""\b(?:was|were|previously|formerly|originally|instead\s+of|rather\s+than|statt|anstatt|anstelle\s+von|bisher\w*|vorher|zuvor
    |ursprünglich\w*|au\s+lieu\s+d[eu]|auparavant|en\s+(?:lugar|vez)\s+de|antes|invece\s+di|in\s+plaats\s+van|voorheen|i\s+stället\s+för
    |tidigare|less|minus|deduct\w*|abzüglich|abzgl|moins|menos|meno|minder|avgår|retention|retained|einbehalt\w*|retenue|retención
    |of\s+which|thereof|including|inclusive\s+of|incl|davon|darin|inkl|inklusive|einschließlich|dont|y\s+compris|de\s+los\s+cuales|di\s+cui
    |waarvan|inclusief|varav|heraf|herav)\b[\W\d]{0,3}(?:[^\W\d_]+\W+){0,3}$""",
    re.IGNORECASE | re.VERBOSE,
)
"""What stands before an amount that another one replaced, that is taken off, or that is within another one."""
_WITHIN = re.compile(
    r"\W*(?:[^\W\d_]+\W+){0,2}(?:included|inbegriffen|enthalten|inclus[aeo]?s?|compris\w*|incluid\w*|inbegrepen|inkluderat|ingår)\b",
    re.IGNORECASE,
)
_CHANGED_BY = re.compile(
    r"\b(?:reduc|increas|lower|rais|decreas|erhöh|verringer|vermindert|gesenkt|augment|diminu|réduit|aument|verhoog|verlaag)\w*\b[^.;]{0,40}"
    r"\b(?:by|um|de|en|met)\W*$",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*$")
_NEAR_BEFORE = 120
_OPTIONAL = re.compile(
    r"\boption(?:s|en|al|ally|ale[nrs]?|nel(?:le)?|eel|ele)?\b|\b(?:on\s+request|if\s+requested|auf\s+wunsch|bei\s+bedarf|eventualposition"
    r"|alternativposition|bedarfsposition|facultati\w*|opcional\w*|opzional\w*|valfri\w*|tillval)\b",
    re.IGNORECASE,
)
_HUNDRED = Decimal(100)
_ROUNDED = Decimal("0.05")
"""The step to which papers round a sum with tax, at most."""
_REST = re.compile(
    r"\b(?:balance|remainder|remaining|rest(?:betrag|zahlung|summe)?|verbleibend\w*|übrig\w*|solde|reste|restant\w*|saldo|resto|rimanente"
    r"|restbedrag|resterend\w*|restbelopp\w*|återstoden|resterende)\b",
    re.IGNORECASE,
)
_PART = re.compile(r"[;,.]\s+")
_ASKED = re.compile(
    r"\b(?:ask(?:ing)?|request(?:ing|ed)?|apply(?:ing)?|seek(?:ing)?|beantragen|demandons|solicitamos)\b", re.IGNORECASE
)
"""Words of who asks for a sum, which is that of all parts."""
ITEM = re.compile(r"\s*(?:[-*•●▪◦–]\s|\(?(?:\d{1,2}|[a-z])[.)]\s|\((?:\d{1,2}|[a-z]|[ivx]{1,4})\)(?=[^\W\d_]))")
"""The mark of an item in a list."""
_MAX_ROWS, _MAX_TEXT, _MAX_RATES = 20_000, 2_000, 20


def is_agreed(papers: Papers, spot: Spot) -> bool:
    """Whether an amount beside a name may be what is agreed: no rate, tax, penalty or change, nothing replaced or within another."""
    before, behind = _around(papers, spot)
    return not (
        spot.amount.unsure
        or spot.outdone
        or _NOT_AGREED.search(spot.rest)
        or _CHANGED_BY.search(before)
        or _NOT_IT.search(before)
        or _WITHIN.match(behind)
        or _REPLACED.search(spot.column[:_MAX_PROSE])
        or _is_tax_column(spot.column[:_MAX_PROSE])
        or is_gross(spot)
        or is_rate(papers, spot)
    )


def is_gross(spot: Spot) -> bool:
    """Whether its column or its part of the row says that it has tax within; what is agreed is net."""
    return taxes.is_gross(spot.column) or taxes.is_gross(spot.rest if spot.clause is None else spot.clause)


def is_net_of(papers: Papers, spot: Spot, amount: Decimal, recorded: Decimal | None) -> Decimal | None:
    """The rate of tax in percent by which an amount is that of a spot without tax: that of its row, of the papers, or recorded; else None."""
    own = list(taxes.rates(papers.rows[spot.row].text))
    own = own or [rate for row in papers.rows[:_MAX_ROWS] for rate in taxes.rates(row.text)]
    own = own or [rate for rate in (recorded,) if rate]
    for rate in own[:_MAX_RATES]:
        gross = money.scaled(money.times(amount, money.plus(rate, _HUNDRED)), -2)
        if any(money.minus(gross, value).copy_abs() <= _ROUNDED for value in spot.amount.values):
            return rate
    return None


def _around(papers: Papers, spot: Spot) -> tuple[str, str]:
    """What stands before an amount in its row, and behind it."""
    text = papers.rows[spot.row].text
    return text[max(0, spot.at - _NEAR_BEFORE) : spot.at], text[spot.at + len(spot.amount.raw) :]


def _is_tax_column(column: str) -> bool:
    return bool(column) and _TAX.fullmatch(_IN_BRACKETS.sub("", column)) is not None


def is_liability(spot: Spot) -> bool:
    """Whether its row or those around speak of an insurance, a liability or a penalty, or its row of a limit to expenses."""
    return bool(_NOT_AGREED.search(" ".join((spot.rest, *spot.near))) or _EXPENSES.search(spot.rest[:_REACH]))


def is_beside(spot: Spot, *, in_clause: bool = False) -> bool:
    """Whether its own row speaks of a penalty, a liability, a limit to expenses or an extra, which is no part of a schedule.

    With `in_clause` the part of the row that is its own.
    """
    text = (spot.clause if in_clause and spot.clause is not None else spot.rest)[:_REACH]
    return bool(_NOT_AGREED.search(text) or _EXPENSES.search(text) or _EXTRA.search(text))


def is_sentence_of_sum(papers: Papers, spot: Spot, others: list[Spot]) -> bool:
    """Whether an amount that is the sum of others stands in a sentence apart from their list, and is no deposit.

    The sentence leads to the list with a colon, or ends with a full stop where none of the others does, and other
    rows or empty lines lie between, or it asks for the sum.
    """
    rows = papers.rows
    row, lines = rows[spot.row], [rows[other.row] for other in others]
    if len(row.cells) > 1 or row.table is not None or _DEPOSIT.search(row.text[:_MAX_TEXT]) or ITEM.match(row.text):
        return False
    if row.text.endswith(":") and spot.row < others[0].row:
        return not any(line.text.endswith(":") for line in lines)
    near = lines[0] if spot.row < others[0].row else lines[-1]
    widest = max((below.number - above.number for above, below in pairwise(lines)), default=1)
    return (
        row.text.endswith(".")
        and near.page == row.page
        and (abs(near.number - row.number) > max(widest, 1) or _ASKED.search(row.text[:_MAX_TEXT]) is not None)
        and not any(line.text.endswith((".", ";", ",")) for line in lines)
    )


def is_rate(papers: Papers, spot: Spot) -> bool:
    """Whether an amount is paid per hour, day or head, or for each of several."""
    _, behind = _around(papers, spot)
    return (
        bool(_RATE.match(behind))
        or _is_rate_column(papers, spot)
        or any(number != 1 for number in quantities(papers, spot))
    )


def quantities(papers: Papers, spot: Spot) -> Iterator[Decimal]:
    """How often an amount is paid, by what stands beside it or in the columns of its row: "80 h à 125 EUR"."""
    before, behind = _around(papers, spot)
    for match in (_TIMES_BEFORE.search(before), _TIMES_BEHIND.match(behind)):
        if match:
            yield from readings(match["n"])
    if _is_rate_column(papers, spot):
        row = papers.rows[spot.row]
        for heading, cell in zip(row.header, row.cells, strict=False):
            number = _COUNTED.fullmatch(cell) if _QUANTITY_COLUMN.search(heading) and heading != spot.column else None
            if number:
                yield from readings(number["n"])


def _is_rate_column(papers: Papers, spot: Spot) -> bool:
    """Whether an amount's column is of rates by its name, or by that of a column of quantities beside it."""
    if _RATE_BY_NAME.search(spot.column):
        return True
    others = (heading for heading in papers.rows[spot.row].header if heading != spot.column)
    return bool(_RATE_COLUMN.search(spot.column)) and any(map(_QUANTITY_COLUMN.search, others))


def is_amount(spot: Spot) -> bool:
    """Whether its row speaks of an amount to be paid, not of a rate, an insurance or a penalty."""
    return not _NO_AMOUNT.search(f"{spot.rest} {spot.column}")


def is_tax(spot: Spot) -> bool:
    """Whether its row is the tax on what stands above: "VAT 19 %"."""
    return len(spot.rest) <= _MAX_TAX and _TAX.fullmatch(spot.rest) is not None


def is_optional(spot: Spot) -> bool:
    """Whether its row speaks of an option, which is not agreed until it is chosen."""
    return _OPTIONAL.search(spot.rest) is not None


def is_listed(papers: Papers, spot: Spot) -> bool:
    """Whether it stands in a table, a list or a labelled block, not in running prose."""
    row = papers.rows[spot.row]
    return spot.table is not None or spot.above >= 0 or len(row.cells) > 1 or len(row.text) < _MAX_PROSE


def is_repeated(papers: Papers, spot: Spot) -> bool:
    """Whether the text says that the amount is paid several times."""
    rows, raw = papers.rows, spot.amount.raw
    text = rows[spot.row].text
    at = text.find(raw)
    before = rows[spot.row - 1].text if spot.row else ""
    behind = rows[spot.row + 1].text if spot.row + 1 < len(rows) else ""
    said = f"{before} {text[:at]}"[-160:]
    return bool(
        _EQUAL.search(said) or _EACH_BEFORE.search(said) or _EACH.match(f"{text[at + len(raw) :]} {behind}"[:60])
    )


def rests(papers: Papers) -> Iterator[tuple[int, str]]:
    """The parts of rows that speak of the rest of an amount and state none, with their rows: "the balance on launch"."""
    for i, row in enumerate(papers.rows[:_MAX_ROWS]):
        if _REST.search(row.text[:_MAX_TEXT]):
            for part in _PART.split(row.text[:_MAX_TEXT]):
                if _REST.search(part) and not re.search(r"\d{3}", part):
                    yield i, part


def parts(papers: Papers, spots: list[Spot], spot: Spot, amount: Decimal) -> list[Spot]:
    """The amounts beside `spot`, in its row or its block, that sum to an amount; none where they don't."""
    in_row = _countable(papers, (other for other in spots if other.row == spot.row))
    in_block = _countable(
        papers, (other for other in spots if other.block == spot.block and not other.is_total and any(spot.block[0]))
    )
    for group in (in_row, in_block):
        if _MIN_PARTS <= len(group) <= _MAX_PARTS and money.total(part.amount.value for part in group) == amount:
            return group
    return []


def _countable(papers: Papers, spots: Iterable[Spot]) -> list[Spot]:
    return [spot for spot in spots if spot.amount.marked and not is_rate(papers, spot)]


def is_sum_above(spots: list[Spot], spot: Spot) -> bool:
    """Whether it is the sum of rows above it in its column."""
    above = [
        other.amount.value
        for other in spots[max(0, spot.index - _REACH) : spot.index]
        if other.table == spot.table and other.column == spot.column and other.row < spot.row
    ]
    found = sums(reversed(above))
    next(found, None)
    return spot.amount.value in found


def sums(values: Iterable[Decimal]) -> Iterator[Decimal]:
    """The first of the values, the sum of the first two, and so on."""
    total = money.ZERO
    for value in values:
        total = money.plus(total, value)
        yield total
