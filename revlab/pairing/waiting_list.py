"""`WaitingList`: who has no dyad, since which round, and what waiting counts."""

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from revlab.errors import PairingError, must
from revlab.pairing.matching import Matching

__all__ = ["WAITING_COLUMNS", "WaitingList"]

WAITING_COLUMNS = ("side", "person_id", "since")
"""Columns of ``WaitingList.people``."""


def _nobody() -> pd.DataFrame:
    return pd.DataFrame(columns=list(WAITING_COLUMNS)).astype({"since": int})


@dataclass(frozen=True, eq=False, repr=False)
class WaitingList:
    """The people who wait for a dyad in a rolling programme.

    Parameters
    ----------
    people : pandas.DataFrame
        ``side ("mentee" or "mentor"), person_id, since``: the round since which they wait.
    now : int
        The round that is paired next; the matching at hand was made in the round before.
    bonus : float
        What each round of waiting adds to the score of any dyad of the person, in units of the
        joint score, zero or more: somebody who has waited for two rounds goes before somebody
        new who fits better by less than twice the bonus.

    Raises
    ------
    PairingError
        If a column is missing, a side does not exist, somebody is listed twice or waits since
        a round that is not over, or the bonus is negative or not finite.

    Examples
    --------
    >>> people = pd.DataFrame([["mentee", "ana", 1]], columns=list(WAITING_COLUMNS))
    >>> WaitingList(people, now=3)
    Waiting list for round 3: 0 mentors and 1 mentee, the longest for 2 rounds
    """

    people: pd.DataFrame = field(default_factory=_nobody)
    now: int = 2
    bonus: float = 0.05

    def __post_init__(self) -> None:
        people = self.people
        missing = [name for name in WAITING_COLUMNS if name not in people]
        must(not missing, f"`people` of a waiting list needs the columns {missing}.", PairingError)
        strange = sorted(set(people["side"]) - {"mentee", "mentor"}, key=str)
        message = f"the side of a waiting person must be 'mentee' or 'mentor'; got {strange[:1]}."
        must(not strange, message, PairingError)
        twice = people["person_id"][people.duplicated(["side", "person_id"])].tolist()
        must(not twice, f"{twice[:1]} is on the waiting list twice; keep one row.", PairingError)
        late = people["person_id"][~(people["since"].astype(float) < self.now)].tolist()
        message = f"{late[:1]} waits since a round that is not over; the next round is {self.now}."
        must(not late, message, PairingError)
        must(
            bool(np.isfinite(self.bonus)) and self.bonus >= 0,
            f"`bonus` of a waiting list must be finite and zero or more; got {self.bonus}.",
            PairingError,
        )

    def __repr__(self) -> str:
        counts = [int((self.people["side"] == side).sum()) for side in ("mentor", "mentee")]
        words = " and ".join(
            f"{n} {side}{'' if n == 1 else 's'}"
            for n, side in zip(counts, ("mentor", "mentee"), strict=True)
        )
        longest = self.now - self.people["since"].min() if len(self.people) else 0
        rounds = f", the longest for {longest} round{'' if longest == 1 else 's'}"
        return f"Waiting list for round {self.now}: {words}{rounds if longest else ''}"

    def rounds(self, side: str, person_ids: pd.Index) -> NDArray[np.int64]:
        """Return how many rounds each of these people has waited, zero if they are not listed."""
        own = self.people[self.people["side"] == side]
        since = dict(zip(own["person_id"].astype(str), own["since"].astype(int), strict=True))
        return np.array([self.now - since.get(p, self.now) for p in person_ids], dtype=np.int64)

    def with_leftovers(self, matching: Matching) -> "WaitingList":
        """Return the list with the leftovers of the round before, who wait since then."""
        frames = [self.people[list(WAITING_COLUMNS)]]
        for side in ("mentee", "mentor"):
            listed = self.people.loc[self.people["side"] == side, "person_id"]
            left = getattr(matching, f"unmatched_{side}s")["person_id"]
            new = left[~left.isin(listed)]
            frames.append(pd.DataFrame({"side": side, "person_id": new, "since": self.now - 1}))
        return self._of(frames, self.now)

    def after(self, matching: Matching, able: Collection[tuple[str, str]]) -> "WaitingList":
        """Return the list for the next round: who is left over now and has a capacity.

        Parameters
        ----------
        matching : Matching
            The matching of this round.
        able : collection of (side, person_id)
            Who has a capacity of one or more.
        """
        everybody = WaitingList(self.people, self.now + 1, self.bonus).with_leftovers(matching)
        left = {
            (side, person)
            for side in ("mentee", "mentor")
            for person in getattr(matching, f"unmatched_{side}s")["person_id"]
        }
        people = everybody.people
        keys = zip(people["side"], people["person_id"], strict=True)
        waits = [key in left and key in able for key in keys]
        return self._of([people[waits]], self.now + 1)

    def _of(self, frames: list[pd.DataFrame], now: int) -> "WaitingList":
        people = pd.concat([frame for frame in frames if len(frame)] or [_nobody()])
        order = ["since", "side", "person_id"]
        people = people.sort_values(order, ignore_index=True).astype({"since": int})
        return WaitingList(people, now, self.bonus)
