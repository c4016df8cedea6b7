"""Dates as offices write them: read if there is one reading, asked about if there are two."""

import datetime as dt
import re

from revlab.errors import one_of
from revlab.people.cells import BadCellError

__all__ = ["DATE_ORDERS", "date_orders", "read_date"]

DATE_ORDERS = ("day first", "month first")
"""What a mapping may say about dates such as 03/04/2024."""

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?")
_THREE = re.compile(
    r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?:,? \d{1,2}:\d{2}(?::\d{2})?(?: ?[AP]M)?)?", re.I
)
_DAY_NAME = re.compile(r"(\d{1,2})\.?[ -]([^\W\d]{3,9})\.?[ -](\d{4})")
_NAME_DAY = re.compile(r"([^\W\d]{3,9})\.? (\d{1,2}),? (\d{4})")
_SERIAL = re.compile(r"([2-6]\d{4})(?:[.,]\d+)?")
_SERIAL_START = dt.date(1899, 12, 30)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_GERMAN = {"mär": 3, "mae": 3, "mai": 5, "okt": 10, "dez": 12}
_ASK = 'write order = "day first" or "month first" under [dates] of the mapping'


def _made(year: int, month: int, day: int, text: str) -> dt.date:
    try:
        made = dt.date(year, month, day)
    except ValueError:
        made = None
    if made is None or not 1930 <= year <= 2100:
        raise BadCellError(f"is no date that there is; got {text[:40]!r}", "correct it")
    return made


def _month(name: str) -> int | None:
    key = name.casefold()[:3]
    return _MONTHS.index(key) + 1 if key in _MONTHS else _GERMAN.get(key)


def date_orders(text: str) -> tuple[str, ...]:
    """Return how a date in three numbers can be read: one order, both, or none.

    Examples
    --------
    >>> date_orders("03/04/2024"), date_orders("12/31/2024"), date_orders("31.12.2024")
    (('day first', 'month first'), ('month first',), ('day first',))
    """
    found = _THREE.fullmatch(text)
    if not found:
        return ()
    first, mark, second = int(found[1]), found[2], int(found[3])
    if mark == ".":
        return ("day first",)  # nobody writes the month first before a point
    can = {"day first": 1 <= second <= 12, "month first": 1 <= first <= 12}
    return tuple(order for order in DATE_ORDERS if can[order])


def read_date(text: str, *, order: str = "") -> dt.date:
    """Return the date of a cell.

    Read are 2024-12-31, 31.12.2024 (a point sets the day first), 31/12/2024 and 12/31/2024, names
    of months, and the day numbers of spreadsheets (45657). A year needs four digits.

    Parameters
    ----------
    text : str
        A clean cell, not empty.
    order : {"", "day first", "month first"}
        How to read 03/04/2024; without it such a date is asked about.

    Raises
    ------
    BadCellError
        If there is no such date, or two.

    Examples
    --------
    >>> [str(read_date(text)) for text in ("2024-12-31", "31.12.2024", "12/31/2024", "45657")]
    ['2024-12-31', '2024-12-31', '2024-12-31', '2024-12-31']
    >>> str(read_date("03/04/2024", order="day first"))
    '2024-04-03'
    """
    if order:
        one_of("order", order, DATE_ORDERS)
    if found := _ISO.fullmatch(text):
        return _made(int(found[1]), int(found[2]), int(found[3]), text)
    if found := _SERIAL.fullmatch(text):
        return _SERIAL_START + dt.timedelta(days=int(found[1]))
    if found := _DAY_NAME.fullmatch(text):
        day, name, year = found.groups()
        return _made(int(year), _month(name) or 0, int(day), text)
    if found := _NAME_DAY.fullmatch(text):
        name, day, year = found.groups()
        return _made(int(year), _month(name) or 0, int(day), text)
    found = _THREE.fullmatch(text)
    if not found:
        raise BadCellError(f"must be a date such as 2024-12-31; got {text[:40]!r}", "correct it")
    return _in_order(text, (int(found[1]), int(found[3]), int(found[4])), order)


def _in_order(text: str, parts: tuple[int, int, int], order: str) -> dt.date:
    first, second, year = parts
    orders = date_orders(text)
    if order and "." not in text and orders and order not in orders:
        rule = f"cannot be read {order}; got {text[:40]!r}"
        raise BadCellError(rule, "correct the cell or [dates] order of the mapping")
    if len(orders) == 2 and first != second and not order:
        one, two = _made(year, second, first, text), _made(year, first, second, text)
        raise BadCellError(f"{text[:40]!r} can be {one:%d %B %Y} or {two:%d %B %Y}", _ASK)
    chosen = order if order in orders else (orders or ("",))[0]
    if chosen == "month first":
        return _made(year, first, second, text)
    return _made(year, second, first, text)
