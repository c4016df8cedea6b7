"""Rolling programmes: people come and go, and as few dyads as possible are disturbed."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from revlab.errors import PairingError, must
from revlab.pairing.assignment import OptimalAssignment
from revlab.pairing.cells import matching_from_cells
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.matching import Matching
from revlab.pairing.rematch_changes import changes_between, with_kept_ids
from revlab.pairing.waiting_list import WaitingList
from revlab.rng import stream

__all__ = ["Rematch", "rematch"]

Floats = NDArray[np.float64]
Cells = NDArray[np.intp]


@dataclass(frozen=True, eq=False, repr=False)
class Rematch:
    """A matching for the next round, and what changed.

    Parameters
    ----------
    matching : Matching
        The dyads of the next round. A dyad that is kept keeps its ``dyad_id``; new ones are
        numbered on.
    changes : pandas.DataFrame
        ``change, dyad_id, mentee_id, mentor_id, score_before, score, because``, one row for each
        dyad before or after. ``change`` is "kept", "ended" (it could not go on), "re-paired"
        (it could have gone on) or "new"; the scores are missing where there was, or is, no dyad.
    waiting : WaitingList
        Who waits now, for the round after.
    """

    matching: Matching
    changes: pd.DataFrame
    waiting: WaitingList

    def __repr__(self) -> str:
        n = {kind: int((self.changes["change"] == kind).sum()) for kind in _KINDS}
        told = ", ".join(f"{count} {kind}" for kind, count in n.items())
        waits = len(self.waiting.people)
        return f"Dyads: {told}; {waits} {'person waits' if waits == 1 else 'people wait'}"

    @property
    def ended_pairs(self) -> tuple[tuple[str, str], ...]:
        """The (mentor, mentee) pairs whose dyad is over, as `PreviousPairing` takes them."""
        over = self.changes[self.changes["change"].isin(["ended", "re-paired"])]
        return tuple(zip(over["mentor_id"], over["mentee_id"], strict=True))


_KINDS = ("kept", "ended", "re-paired", "new")


def rematch(
    compatibility: Compatibility,
    matching: Matching,
    *,
    exchange_rate: float,
    left: Collection[str] = (),
    waiting: WaitingList | None = None,
    seed: int,
) -> Rematch:
    """Return the next round's matching of a programme in which people come and go.

    Of all matchings that the rules allow now, the one is chosen with the largest

        total joint score + exchange rate x dyads kept + waiting bonus x rounds waited

    where the last is summed over the people in dyads. Hence no other matching with k fewer of
    the present dyads is better by more than k exchange rates: **to break a dyad must bring at
    least the exchange rate in joint score**. With an infinite rate nobody is moved and only free
    places are filled; with a rate of zero everybody is paired afresh.

    Parameters
    ----------
    compatibility : Compatibility
        Scores, rules and capacities of now. Who is here and not in the matching has arrived; a
        capacity of zero means that the person takes no more part.
    matching : Matching
        The dyads of the round before, of one pool. Who is here and not in the compatibility has
        left.
    exchange_rate : float
        What breaking one dyad must bring, in units of the joint score; zero or more, infinity
        allowed.
    left : collection of str
        Ids of more people who have left.
    waiting : WaitingList, optional
        Who waits since when. People left over in ``matching`` who are not listed wait since that
        round.
    seed : int
        Breaks ties, and nothing else.

    Returns
    -------
    Rematch

    Raises
    ------
    PairingError
        If the rate is negative or not a number, somebody who left was never there, or the
        matching is of several pools.

    References
    ----------
    Bredereck, Chen, Knop, Luo and Niedermeier 2020, Adapting stable matchings to evolving
    preferences, AAAI 34:1830-1837 (the distance to the matching before, for stable matchings;
    here for the total score).

    Examples
    --------
    >>> fit = Compatibility.from_scores([[0.9, 0.8], [0.8, 0.1]])
    >>> before = matching_from_cells(fit, np.array([[0, 0], [1, 1]]), policy="by hand")
    >>> rematch(fit, before, exchange_rate=0.2, seed=1)
    Dyads: 0 kept, 0 ended, 2 re-paired, 2 new; 0 people wait
    >>> rematch(fit, before, exchange_rate=0.4, seed=1)
    Dyads: 2 kept, 0 ended, 0 re-paired, 0 new; 0 people wait
    >>> rematch(fit, before, exchange_rate=np.inf, left=["mentor1"], seed=1)
    Dyads: 1 kept, 1 ended, 0 re-paired, 0 new; 1 person waits
    """
    must(
        exchange_rate >= 0,
        f"`exchange_rate` must be zero or more; got {exchange_rate}.",
        PairingError,
    )
    fit = _still_here(compatibility, matching, set(left))
    queue = (waiting or WaitingList()).with_leftovers(matching)
    kept = _still_possible(fit, matching)
    cells = _chosen(_worth(fit, queue), fit, kept, exchange_rate, seed)
    pools, arms = _pools(matching), matching.dyads["arm"].unique()
    after = matching_from_cells(
        fit,
        cells,
        policy=matching.policy,
        pool_id=pools[0] if len(pools) else "P01",
        arm=arms[0] if len(arms) else None,
    )
    after = with_kept_ids(after, matching)
    able = {
        (side, str(person))
        for side in ("mentee", "mentor")
        for person in getattr(fit, f"{side}_ids")[getattr(fit, f"{side}_capacity") > 0]
    }
    changes = changes_between(matching, after, fit, waiting=queue)
    return Rematch(after, changes, queue.after(after, able))


def _pools(matching: Matching) -> list[str]:
    frames = (matching.dyads, matching.unmatched_mentees, matching.unmatched_mentors)
    return sorted({str(pool) for frame in frames for pool in frame["pool_id"]})


def _still_here(compatibility: Compatibility, matching: Matching, left: set[str]) -> Compatibility:
    """Return the people who have not left, in the order of their ids."""
    pools = _pools(matching)
    message = f"the matching is of {len(pools)} pools; re-pair one pool at a time, with its people."
    must(len(pools) <= 1, message, PairingError)
    known = {*compatibility.mentee_ids, *compatibility.mentor_ids}
    for side in ("mentee", "mentor"):
        known |= {
            *matching.dyads[f"{side}_id"],
            *getattr(matching, f"unmatched_{side}s")["person_id"],
        }
    strange = sorted(left - known)
    must(not strange, f"{strange[:1]} cannot have left: nobody of that id was there.", PairingError)
    rows, columns = (
        [k for k in np.argsort(ids.to_numpy(str), kind="stable") if ids[k] not in left]
        for ids in (compatibility.mentee_ids, compatibility.mentor_ids)
    )
    return compatibility.without_parts().select(rows, columns)


def _still_possible(fit: Compatibility, matching: Matching) -> NDArray[np.bool_]:
    """Mark the dyads of the round before that may go on."""
    i = fit.mentee_ids.get_indexer(matching.dyads["mentee_id"])
    j = fit.mentor_ids.get_indexer(matching.dyads["mentor_id"])
    here = (i >= 0) & (j >= 0)
    kept = np.zeros(fit.shape, dtype=bool)
    kept[i[here], j[here]] = True
    kept &= fit.eligible & (fit.mentee_capacity > 0)[:, None] & (fit.mentor_capacity > 0)
    return kept


def _worth(fit: Compatibility, queue: WaitingList) -> Floats:
    waited = [
        queue.rounds(side, getattr(fit, f"{side}_ids")) * queue.bonus
        for side in ("mentee", "mentor")
    ]
    worth: Floats = fit.joint() + waited[0][:, None] + waited[1]
    return worth


def _chosen(
    worth: Floats, fit: Compatibility, kept: NDArray[np.bool_], exchange_rate: float, seed: int
) -> Cells:
    """Return the cells of largest worth plus exchange rate for each dyad that is kept."""
    room = fit.mentee_capacity - kept.sum(axis=1)
    seats = fit.mentor_capacity - kept.sum(axis=0)
    fixed = np.empty((0, 2), dtype=np.intp)
    eligible = fit.eligible
    most = min(int(fit.mentee_capacity.sum()), int(fit.mentor_capacity.sum()))
    beyond_all = (most + 1) * (float(worth.max(initial=0.0)) or 1.0)
    if exchange_rate < beyond_all:
        worth = worth + exchange_rate * kept
    elif (room >= 0).all() and (seats >= 0).all():
        fixed, eligible = np.argwhere(kept), eligible & ~kept
    else:
        # Somebody has fewer places than dyads: which of them go on is part of the question.
        worth = worth + beyond_all * kept
    places = (room, seats) if len(fixed) else (fit.mentee_capacity, fit.mentor_capacity)
    asked = Compatibility.from_scores(
        worth, eligible=eligible, mentee_capacity=places[0], mentor_capacity=places[1]
    )
    more = OptimalAssignment("score")(asked, stream(seed, "rematch"))
    return np.concatenate([fixed, more])
