"""What an interval says against the margin that was set beforehand: a fixed table of words."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from revlab.errors import must

__all__ = ["STRENGTH", "Verdict", "judge_interval"]

STRENGTH: Mapping[str, str] = MappingProxyType(
    {
        "beyond": "clear",
        "direction": "likely, size uncertain",
        "unknown": "cannot tell",
        "inside": "no meaningful difference shown (inside margin)",
    }
)
"""Where the interval lies -> the only strength words that a page uses."""

_SENTENCE = {
    ("beyond", True): "Clear: the whole interval is beyond the margin.",
    ("direction", True): "Likely, size uncertain: the interval leaves out zero but not the margin.",
    ("direction", False): "Likely, size uncertain: no margin was set beforehand.",
    ("unknown", True): "Cannot tell: the interval holds zero and reaches past the margin.",
    ("unknown", False): "Cannot tell: the interval holds zero, and no margin was set beforehand.",
    ("inside", True): "No meaningful difference shown: the whole interval is inside the margin.",
}


@dataclass(frozen=True)
class Verdict:
    """Where an interval lies, and the words for it.

    Parameters
    ----------
    place : {"beyond", "direction", "unknown", "inside"}
        Key of `STRENGTH`.
    sign : int
        1 if the interval lies above zero (or the margin), -1 below, 0 if it cannot be told.
    sentence : str
        What a card says.
    """

    place: str
    sign: int
    sentence: str

    @property
    def strength(self) -> str:
        """The strength word of `STRENGTH`."""
        return STRENGTH[self.place]


def judge_interval(low: float, high: float, *, margin: float | None = None) -> Verdict:
    """Compare the interval of a difference with the margin set beforehand.

    Parameters
    ----------
    low, high : float
        Ends of the interval, in the unit of the difference; NaN if there is none.
    margin : float or None
        Smallest difference that matters, more than zero; None if none was set.

    Returns
    -------
    Verdict
        ``beyond`` if the whole interval lies past the margin on one side; ``inside`` if it lies
        between minus and plus the margin; ``direction`` if it leaves out zero; else ``unknown``.

    Raises
    ------
    RevlabError
        If the margin is not more than zero.

    Notes
    -----
    An interval that holds zero is never called "no difference": only one that lies inside the
    margin shows that a difference is too small to matter (Schuirmann 1987, Journal of
    Pharmacokinetics and Biopharmaceutics 15:657-680; a 95 % interval is stricter than his two
    one-sided tests at 5 %, which need the 90 % interval).

    Examples
    --------
    >>> judge_interval(0.30, 0.94, margin=0.25).strength
    'clear'
    >>> judge_interval(0.05, 0.57, margin=0.25).strength
    'likely, size uncertain'
    >>> judge_interval(-0.20, 0.57, margin=0.25).strength
    'cannot tell'
    >>> judge_interval(-0.20, 0.17, margin=0.25).strength
    'no meaningful difference shown (inside margin)'
    """
    if margin is not None:
        must(margin > 0, f"`margin` must be more than zero; got {margin:g}.")
        if low > margin or high < -margin:
            return _verdict("beyond", 1 if low > 0 else -1, margin)
        if -margin < low and high < margin:
            return _verdict("inside", 0, margin)
    if low > 0 or high < 0:
        return _verdict("direction", 1 if low > 0 else -1, margin)
    return _verdict("unknown", 0, margin)


def _verdict(place: str, sign: int, margin: float | None) -> Verdict:
    return Verdict(place, sign, _SENTENCE[place, margin is not None])
