"""`Matching`: the dyads that a policy made, and who was left over and why."""

from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from revlab.errors import PairingError, must

__all__ = ["DYAD_COLUMNS", "LEFT_COLUMNS", "Matching", "dyad_ids"]

DYAD_COLUMNS = MappingProxyType(
    {
        "dyad_id": "D001, D002, … in the order of the mentee ids",
        "pool_id": "the people who were matched together",
        "arm": "label of the policy that made the dyad",
        "mentor_id": "the junior",
        "mentee_id": "the senior",
        "score": "joint score, the mean of both sides' scores",
        "mentor_score": "how well the mentee suits the mentor",
        "mentee_score": "how well the mentor suits the mentee",
        "mentor_rank": "place of the mentee in the mentor's list of allowed partners, 1 = best",
        "mentee_rank": "place of the mentor in the mentee's list of allowed partners, 1 = best",
    }
)
"""Columns of ``Matching.dyads`` and what they mean."""

LEFT_COLUMNS = ("person_id", "pool_id", "reason")
"""Columns of ``Matching.unmatched_mentors`` and ``Matching.unmatched_mentees``."""

_WIDTH = 3


@dataclass(frozen=True, eq=False, repr=False)
class Matching:
    """The set of dyads that a policy made, with the leftovers.

    Parameters
    ----------
    policy : str
        Name of the policy.
    dyads : pandas.DataFrame
        One row per dyad, columns `DYAD_COLUMNS`.
    unmatched_mentors, unmatched_mentees : pandas.DataFrame
        One row per person without a dyad: ``person_id, pool_id, reason``. A person who has a
        dyad and room for more is not listed.

    Raises
    ------
    PairingError
        If a column is missing, a dyad id or a pair repeats, or somebody is both in a dyad and
        left over.

    Examples
    --------
    >>> row = ["D001", "P01", "by hand", "ana", "bo", 0.8, 0.9, 0.7, 1, 2]
    >>> left = pd.DataFrame([["cy", "P01", "they are ill"]], columns=list(LEFT_COLUMNS))
    >>> Matching("by hand", pd.DataFrame([row], columns=list(DYAD_COLUMNS)), left, left[:0])
    Matching by 'by hand': 1 dyad, mean score 0.80; 1 mentor and 0 mentees left over
    """

    policy: str
    dyads: pd.DataFrame
    unmatched_mentors: pd.DataFrame
    unmatched_mentees: pd.DataFrame

    def __post_init__(self) -> None:
        frames = {"dyads": list(DYAD_COLUMNS)}
        frames |= {f"unmatched_{side}s": list(LEFT_COLUMNS) for side in ("mentor", "mentee")}
        for name, columns in frames.items():
            frame = getattr(self, name)
            missing = [column for column in columns if column not in frame]
            must(not missing, f"`{name}` of a matching needs the columns {missing}.", PairingError)
        must(
            not self.dyads["dyad_id"].duplicated().any(),
            "`dyads` of a matching holds a dyad_id twice; number the dyads over all pools.",
            PairingError,
        )
        must(
            not self.dyads.duplicated(["mentor_id", "mentee_id"]).any(),
            "`dyads` of a matching holds the same mentor and mentee twice; keep one of the rows.",
            PairingError,
        )
        for side in ("mentor", "mentee"):
            left = getattr(self, f"unmatched_{side}s")["person_id"]
            both = sorted(set(left) & set(self.dyads[f"{side}_id"]))
            message = f"{side} {both[:1]} is in a dyad and left over at once; remove one of them."
            must(not both, message, PairingError)

    def __repr__(self) -> str:
        mean = f", mean score {self.dyads['score'].mean():.2f}" if len(self.dyads) else ""
        mentors = _counted(len(self.unmatched_mentors), "mentor")
        mentees = _counted(len(self.unmatched_mentees), "mentee")
        dyads = _counted(len(self.dyads), "dyad")
        return f"Matching by {self.policy!r}: {dyads}{mean}; {mentors} and {mentees} left over"


def _counted(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def dyad_ids(n: int) -> list[str]:
    """Return ``n`` dyad ids.

    Examples
    --------
    >>> dyad_ids(2)
    ['D001', 'D002']
    """
    width = max(_WIDTH, len(str(n)))
    return [f"D{k:0{width}d}" for k in range(1, n + 1)]
