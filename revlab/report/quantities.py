"""How the numbers of a card are written in their unit."""

from dataclasses import dataclass

from revlab.errors import must
from revlab.inference.estimate import Estimate
from revlab.report.frames import number
from revlab.report.names import words

__all__ = ["CHANGES", "Quantity", "word_odds"]

CHANGES = ("post - pre", "after - before", "last - first")
"""Contrasts that are a change over time and not a difference of arms."""

_SHARES = ("share", "proportion", "probability")


@dataclass(frozen=True)
class Quantity:
    """How values of one unit are written.

    Parameters
    ----------
    unit : str
        Unit of the estimate; one that starts with "share", "proportion" or "probability"
        is written as per cent, an empty one of a difference as points.
    difference : bool
        Whether the values are differences.

    Examples
    --------
    >>> Quantity("share of pairs", difference=False).write(0.625)
    '62%'
    >>> Quantity("points on a 1-5 scale", difference=True).write(0.31)
    '0.31 points'
    """

    unit: str
    difference: bool

    @property
    def is_share(self) -> bool:
        """Whether values are shares between 0 and 1."""
        return self.unit.lower().startswith(_SHARES)

    @property
    def name(self) -> str:
        """The unit in a word or two."""
        if self.is_share:
            return "percentage points" if self.difference else "%"
        short = self.unit.split(" on ")[0].split(",")[0].strip()
        return short or ("points" if self.difference else "")

    def bare(self, value: float) -> str:
        """Return the value without its unit."""
        return number(100 * value, 0) if self.is_share else number(value)

    def write(self, value: float) -> str:
        """Return the value with its unit."""
        gap = "" if self.name == "%" else " "
        return f"{self.bare(value)}{gap}{self.name}".strip()

    def span(self, low: float, high: float) -> str:
        """Return both ends of an interval, the unit once."""
        first = self.write(low) if self.name == "%" else self.bare(low)
        return f"{first} to {self.write(high)}"


def word_odds(odds: Estimate) -> str:
    """Return a probability of superiority as a count in 100 comparisons.

    Raises
    ------
    RevlabError
        If the estimate is not between 0 and 1.

    Examples
    --------
    >>> nan = float("nan")
    >>> word_odds(Estimate("trust", "p", "a - b", 0.57, nan, nan, nan, nan, 0.45, 0.68))
    'about 57 favour “a” (45 to 68)'
    """
    must(
        0 <= odds.estimate <= 1,
        f"a probability of superiority lies between 0 and 1; got {odds.estimate:g}.",
    )
    if odds.contrast in CHANGES:
        whom = "the later score"
    else:
        whom = f"“{words(odds.contrast.split(' - ')[0])}”" if odds.contrast else "the first"
    low, high = (number(100 * end, 0) for end in (odds.conf_low, odds.conf_high))
    return f"about {number(100 * odds.estimate, 0)} favour {whom} ({low} to {high})"
