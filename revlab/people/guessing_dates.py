"""The guess of how long people are there: years as they stand, or the day they started."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from revlab.people.cells import BadCellError
from revlab.people.dates import date_orders, read_date
from revlab.people.sheets import Sheet, clean_text

__all__ = ["GuessedDates", "guess_dates"]


_NO_DAY = "2000-01-01"


@dataclass(frozen=True)
class GuessedDates:
    """The columns, the table of dates of a mapping, and what must be said about it."""

    columns: dict[str, tuple[str, ...]]
    dates: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def guess_dates(sheets: Sequence[Sheet], columns: Mapping[str, tuple[str, ...]]) -> GuessedDates:
    """Guess the day to which tenure is counted: the newest date that can be read in one way.

    How 03/04/2024 is to be read is never guessed; reading asks for it.

    Parameters
    ----------
    sheets : sequence of Sheet
        The tables of the roster.
    columns : mapping of str to tuple of str
        Field to headings; a column of years makes that of first days superfluous.

    Returns
    -------
    GuessedDates
    """
    found = dict(columns)
    if "started" not in found:
        return GuessedDates(found)
    heads = found["started"]
    if "tenure" in found:
        found.pop("started")
        return GuessedDates(found)
    places = [(sheet, sheet.find(heads)) for sheet in sheets]
    cells = [clean_text(c) for sheet, at in places if at is not None for c in sheet.cells(at)]
    days = []
    for cell in cells:
        try:
            days.append(read_date(cell))
        except BadCellError:
            continue
    if 2 * len(days) + 2 * sum(len(date_orders(c)) == 2 for c in cells) < len(cells):
        found.pop("started")
        return GuessedDates(found, {}, (f"{heads[0]!r} holds too few dates to be read.",))
    if days:
        as_of = str(max(days))
        note = (
            f"tenure is counted from {heads[0]!r} to {as_of}, the newest date that can be read in "
            "one way; [dates] as_of sets another day."
        )
    else:
        as_of = _NO_DAY
        note = f"no date of {heads[0]!r} can be read in one way; write [dates] order and as_of."
    return GuessedDates(found, {"as_of": as_of}, (note,))
