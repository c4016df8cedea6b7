"""Mechanism of an informal event: people meet a few others and pair off by what they saw."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from revlab.errors import PairingError, must, one_of
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.market import Market, deferred, market

__all__ = ["Mixer", "meeting_plan"]

Cells = NDArray[np.intp]
Mask = NDArray[np.bool_]
_SIDES = ("mentees", "mentors")
_TRADES = 20
"""Exchanges of meetings of each person of the larger side, enough to forget the first plan."""


@dataclass(frozen=True)
class Mixer:
    """An informal event: everybody meets a few random people, and pairs form by mutual choice.

    Everybody with a place comes. Whom they meet is drawn by `meeting_plan`, blind to scores and
    to rules: a meeting of two people who may not be paired is lost. Of each person they meet
    people form an impression, their own score plus normal noise that is drawn anew for each
    person and meeting. Then *deferred acceptance* on the impressions pairs people among those
    who met: ``proposers`` ask in the order of their impressions, the others keep the best who
    asked. It was chosen because its result is what mutual choice comes to rest at: no two people
    who met would both, by their impressions, rather have each other; and people who leave and
    join by such chances reach a matching of this kind sooner or later (Roth and Vande Vate).
    Two people who met, may be paired and both have room are always paired, but people who did
    not meet cannot be, so the result is not maximal. In a further round those who still have
    room meet again in the same way.

    If ``meetings`` reaches the size of the smaller side and ``noise`` is 0, the result is that of
    `DeferredAcceptance` with the same proposers and the same chance.

    Parameters
    ----------
    meetings : int
        People of the other side that everybody meets in a round, one or more (all of them where
        there are fewer). People of the smaller side meet proportionally more, so that everybody
        of the larger side meets exactly this many.
    noise : float
        Standard deviation of the noise, in units of the scores (0 to 1 in a scored cohort), zero
        or more.
    rounds : int
        Events, one after the other, one or more.
    proposers : {"mentees", "mentors"}
        The side that asks.

    Raises
    ------
    PairingError
        If a number is out of its range.
    OptionError
        If ``proposers`` is something else.

    References
    ----------
    Gale and Shapley 1962, American Mathematical Monthly 69:9-15. Roth and Vande Vate 1990, Random
    paths to stability in two-sided matching, Econometrica 58:1475-1480.

    Examples
    --------
    >>> scores = Compatibility.from_scores(np.eye(4))
    >>> sorted(Mixer(meetings=4, noise=0.0)(scores, np.random.default_rng(1)).tolist())
    [[0, 0], [1, 1], [2, 2], [3, 3]]
    """

    meetings: int = 5
    noise: float = 0.15
    rounds: int = 1
    proposers: str = "mentees"

    def __post_init__(self) -> None:
        faults = [
            f"`{name}` must be a whole number of one or more; got {value!r}"
            for name, value in (("meetings", self.meetings), ("rounds", self.rounds))
            if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < 1
        ]
        if not (isinstance(self.noise, int | float | np.number) and 0 <= self.noise < np.inf):
            faults.append(f"`noise` must be a finite number of zero or more; got {self.noise!r}")
        must(not faults, f"{'; '.join(faults)}.", PairingError)
        one_of("proposers", self.proposers, _SIDES)

    def __call__(self, compatibility: Compatibility, rng: np.random.Generator) -> Cells:
        """Return the chosen cells."""
        moves = market(compatibility, rng, self.proposers)
        together = np.zeros(moves.own.shape, dtype=bool)
        for _ in range(self.rounds):
            room = moves.room - together.sum(axis=1)
            seats = moves.seats - together.sum(axis=0)
            comers = np.ix_(np.flatnonzero(room), np.flatnonzero(seats))
            if not together[comers].size:
                break
            met = np.zeros_like(together)
            met[comers] = meeting_plan(len(comers[0]), comers[1].size, rng, meetings=self.meetings)
            event = replace(self._seen(moves, met & ~together, rng), room=room, seats=seats)
            together[tuple(np.array(deferred(event), dtype=np.intp).reshape(-1, 2).T)] = True
        return moves.cells([(int(i), int(j)) for i, j in np.argwhere(together)])

    def _seen(self, moves: Market, met: Mask, rng: np.random.Generator) -> Market:
        """Return the market of impressions, in which only those who met may be paired."""
        own, others = (
            np.where(met, score + rng.normal(0.0, self.noise, met.shape), -np.inf)
            for score in (moves.own, moves.others)
        )
        return replace(moves, own=own, others=others)


def meeting_plan(n_rows: int, n_columns: int, rng: np.random.Generator, *, meetings: int) -> Mask:
    """Return who meets whom at an event, drawn at random and as evenly as can be.

    Everybody of the larger side has exactly ``meetings`` meetings (or meets everybody), and the
    numbers of the smaller side differ by one at most. An even plan is drawn up, then pairs of
    people exchange random parts of the meetings that only one of them has, which keeps all
    numbers and makes all such plans about equally likely.

    Parameters
    ----------
    n_rows, n_columns : int
        People of the two sides.
    rng : numpy.random.Generator
        Chance.
    meetings : int
        Meetings of each person of the larger side.

    Returns
    -------
    array of bool, shape (n_rows, n_columns)
        True where two people meet.

    References
    ----------
    Carstens, Hamann, Meyer, Penschuck, Tran and Wagner 2018, Parallel and I/O-efficient
    randomisation of massive networks using global curveball trades, 26th European Symposium on
    Algorithms, 11:1-11:15.

    Examples
    --------
    >>> plan = meeting_plan(6, 4, np.random.default_rng(1), meetings=2)
    >>> plan.sum(axis=1).tolist(), plan.sum(axis=0).tolist()
    ([2, 2, 2, 2, 2, 2], [3, 3, 3, 3])
    """
    if n_rows < n_columns:
        return meeting_plan(n_columns, n_rows, rng, meetings=meetings).T
    plan = np.zeros((n_rows, n_columns), dtype=bool)
    if meetings >= n_columns:
        return ~plan
    seats = np.arange(n_rows * meetings).reshape(n_rows, meetings) % n_columns
    plan[rng.permutation(n_rows)[:, None], rng.permutation(n_columns)[seats]] = True
    half = n_rows // 2
    for _ in range(_TRADES):
        order = rng.permutation(n_rows)
        one, other = order[:half], order[half : 2 * half]
        apart = plan[one] ^ plan[other]
        count = (plan[one] & apart).sum(axis=1, keepdims=True)
        keys = np.where(apart, rng.random(apart.shape), np.inf)
        mine = np.zeros_like(apart)
        np.put_along_axis(mine, keys.argsort(axis=1), np.arange(n_columns) < count, axis=1)
        plan[one] = np.where(apart, mine, plan[one])
        plan[other] = np.where(apart, ~mine, plan[other])
    return plan
