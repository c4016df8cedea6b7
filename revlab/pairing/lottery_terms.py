"""What lotteries are found from: scores and places in the order of the ids, and the way back."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from revlab.errors import OptionError, must, one_of
from revlab.pairing.assignment import OptimalAssignment
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.lottery import Lottery
from revlab.pairing.lottery_grid import BITS, NEAR, on_grid
from revlab.rng import stream

__all__ = ["Terms", "check_cap", "terms_of"]

Floats = NDArray[np.float64]
_AIMS = ("score", "pairs")
_SMALLEST = 1e-6


@dataclass(frozen=True, eq=False)
class Terms:
    """Scores and places of a compatibility, with everybody in the order of their ids.

    Parameters
    ----------
    compatibility : Compatibility
        As it was given.
    aim : {"score", "pairs"}
        Whether a larger expected score comes first, or more expected dyads.
    weight : float
        Weight of the mentee's score in the joint score.
    rows, columns : array of int
        Numbers of the mentees and mentors, by id.
    eligible : array of bool, shape (n_mentees, n_mentors)
        By id.
    score : array of float, same shape
        Joint score by id, as a share of the largest; zero where forbidden.
    room, seats : array of int
        Capacities, by id.
    """

    compatibility: Compatibility
    aim: str
    weight: float
    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    eligible: NDArray[np.bool_]
    score: Floats
    room: NDArray[np.int64]
    seats: NDArray[np.int64]

    @property
    def bonus(self) -> float:
        """What a dyad adds whatever its score, in largest scores.

        An exchange that adds one dyad visits nobody twice, so it costs less than one score for
        each person of the smaller side: a larger bonus puts the number of dyads first.
        """
        return float(min(self.eligible.shape) + 1) if self.aim == "pairs" else 0.0

    @cached_property
    def best(self) -> Floats:
        """Joint scores of the dyads of a best matching without chance."""
        # Their sum and number are the same whichever of several best matchings chance picks.
        fit, rng = self.compatibility, stream(0, "optimum of a lottery")
        cells = OptimalAssignment(self.aim, self.weight)(fit, rng)
        chosen: Floats = fit.joint(self.weight)[cells[:, 0], cells[:, 1]]
        return chosen

    def settled(self, shares: Floats, *, cap: float, bits: int = BITS) -> Floats:
        """Return the shares on the grid, with more of allowed dyads while there is room."""
        shares = on_grid(shares, cap=cap, bits=bits)
        left_i, left_j = self.room - shares.sum(axis=1), self.seats - shares.sum(axis=0)
        for i in np.flatnonzero(left_i > NEAR):
            most = np.where(self.eligible[i], np.minimum(cap - shares[i], left_j), 0.0)
            most[most < NEAR] = 0.0
            before = np.cumsum(most) - most
            more = np.clip(left_i[i] - before, 0.0, most)
            shares[i] += more
            left_j -= more
        return on_grid(shares, cap=cap, bits=bits)

    def lottery(
        self, shares: Floats, *, cap: float, kind: str, policy: str, strength: float = 0.0
    ) -> Lottery:
        """Return the lottery of shares by id, with people in the order of the compatibility."""
        fit = self.compatibility
        chance = np.zeros(fit.shape)
        chance[np.ix_(self.rows, self.columns)] = shares
        notes: tuple[str, ...] = ()
        if chance.sum() < len(self.best) * (1 - NEAR):
            empty = f"the cap of {cap:g} leaves places empty: {chance.sum():.2f} dyads are expected"
            notes = (f"{empty}, {len(self.best)} are made without it",)
        return Lottery(
            policy,
            fit.mentee_ids,
            fit.mentor_ids,
            chance,
            fit.mentee_capacity,
            fit.mentor_capacity,
            cap=cap,
            value=float((fit.joint(self.weight) * chance).sum()),
            optimum=float(self.best.sum()),
            kind=kind,
            strength=strength,
            notes=notes,
        )


def check_cap(cap: float) -> None:
    """Raise a sentence unless the cap is a chance that a dyad can have.

    Raises
    ------
    OptionError
        If it is not from 1e-6 to 1.

    Examples
    --------
    >>> check_cap(50)
    Traceback (most recent call last):
    ...
    revlab.errors.OptionError: `cap` must be from 1e-06 to 1, the largest chance of a dyad; got 50.
    """
    what = f"`cap` must be from {_SMALLEST} to 1, the largest chance of a dyad; got {cap}."
    must(bool(_SMALLEST <= cap <= 1), what, OptionError)


def terms_of(compatibility: Compatibility, *, aim: str, weight: float) -> Terms:
    """Return what a lottery is found from.

    Raises
    ------
    OptionError
        If ``aim`` is something else.
    PairingError
        If ``weight`` is out of range.

    Examples
    --------
    >>> terms_of(Compatibility.from_scores([[4.0, 2.0]]), aim="score", weight=0.5).score
    array([[1. , 0.5]])
    """
    one_of("aim", aim, _AIMS)
    rows, columns = (
        np.argsort(ids.to_numpy(str), kind="stable")
        for ids in (compatibility.mentee_ids, compatibility.mentor_ids)
    )
    eligible = compatibility.eligible[np.ix_(rows, columns)]
    joint = np.where(eligible, compatibility.joint(weight)[np.ix_(rows, columns)], 0.0)
    return Terms(
        compatibility,
        aim,
        weight,
        rows,
        columns,
        eligible,
        joint / (float(joint.max(initial=0.0)) or 1.0),
        compatibility.mentee_capacity[rows],
        compatibility.mentor_capacity[columns],
    )
