"""`Lottery`: how likely every dyad is, and draws of matchings with exactly these chances."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from revlab.errors import PairingError, must
from revlab.pairing.cells import matching_from_cells
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.lottery_draws import Draws
from revlab.pairing.lottery_faults import chance_faults, load_faults
from revlab.pairing.lottery_grid import BITS, on_grid, units_of
from revlab.pairing.matching import Matching
from revlab.pairing.people_input import whole_capacity
from revlab.pairing.rounding import round_many

__all__ = ["LOTTERY_COLUMNS", "Lottery"]

Floats = NDArray[np.float64]
LOTTERY_COLUMNS = ("mentee_id", "mentor_id", "probability")
"""Columns of ``Lottery.to_frame()``."""


class _Edges(NamedTuple):
    """Cells in the order of the ids, their people's numbers in that order, their chances."""

    cells: NDArray[np.intp]
    ends: NDArray[np.intp]
    chance: Floats


@dataclass(frozen=True, eq=False, repr=False)
class Lottery:
    """How likely each dyad is, such that matchings with just these chances can be drawn.

    Probabilities are kept as whole multiples of 2**-40: what is given is moved there, by less
    than 1e-9 each, so that a person whose expected number of dyads is whole up to 1e-9 has
    exactly that number. Draws then have *exactly* the kept probabilities.

    Parameters
    ----------
    policy : str
        Name of the policy.
    mentee_ids, mentor_ids : pandas.Index
        Person ids of the rows and of the columns, no repeats.
    probability : array of float, shape (n_mentees, n_mentors)
        Chance of each dyad, from 0 to ``cap``.
    mentee_capacity, mentor_capacity : array of int
        Most dyads of each person, never below the sum of their chances.
    cap : float
        Largest chance that a dyad may have, above 0 and at most 1.
    value, optimum : float
        Expected joint score, and the joint score of the best matching without chance.
    kind : str
        How the chances were found: ``"capped"``, ``"perturbed"`` or what a user calls theirs.
    strength : float
        How strongly chances were spread beside the cap (`perturbed_lottery`), else zero.
    notes : tuple of str
        What should be known, in sentences; places that the cap leaves empty, for instance.

    Raises
    ------
    PairingError
        With every fault: ids that repeat, chances outside 0 to ``cap``, or a person whose
        chances add up to more than the capacity.

    Examples
    --------
    >>> Lottery(
    ...     "by hand", ["m1", "m2"], ["a", "b"], np.full((2, 2), 0.5), [1, 1], [1, 1],
    ...     value=1.2, optimum=1.5,
    ... )
    Lottery for 'by hand' (given, cap 1): 2.00 expected dyads of 2 mentees and 2 mentors, none \
likelier than 0.50; the expected score is 80.0% of the optimum
    """

    policy: str
    mentee_ids: pd.Index
    mentor_ids: pd.Index
    probability: Floats
    mentee_capacity: NDArray[np.int64]
    mentor_capacity: NDArray[np.int64]
    cap: float = 1.0
    value: float = 0.0
    optimum: float = 0.0
    kind: str = "given"
    strength: float = 0.0
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for side in ("mentee", "mentor"):
            ids = pd.Index(getattr(self, f"{side}_ids"), dtype=object).astype(str)
            object.__setattr__(self, f"{side}_ids", ids)
            name = f"{side}_capacity"
            object.__setattr__(self, name, whole_capacity(getattr(self, name), name, len(ids)))
        chance = np.asarray(self.probability, dtype=float)
        shape = (len(self.mentee_ids), len(self.mentor_ids))
        wrong = f"`probability` must have shape {shape} (mentees, mentors); got {chance.shape}."
        must(chance.shape == shape, wrong, PairingError)
        self._check(chance)
        if (units_of(chance) != chance * 2**BITS).any():
            chance = on_grid(chance, cap=self.cap)
        chance = chance.copy()
        chance.setflags(write=False)
        object.__setattr__(self, "probability", chance)
        object.__setattr__(self, "notes", tuple(self.notes))

    def _check(self, chance: Floats) -> None:
        names = (self.mentee_ids, self.mentor_ids)
        faults = chance_faults(chance, self.cap, names=names)
        for axis, side in ((1, "mentee"), (0, "mentor")):
            capacity = getattr(self, f"{side}_capacity")
            faults += load_faults(chance.sum(axis=axis), capacity, names=names[1 - axis], side=side)
        for name in ("value", "optimum", "strength"):
            number = getattr(self, name)
            if not (np.isfinite(number) and number >= 0):
                faults.append(f"`{name}` must be finite and zero or more, got {number}")
        must(not faults, f"the lottery cannot be: {'; '.join(faults)}.", PairingError)

    def __repr__(self) -> str:
        n, m = self.probability.shape
        return (
            f"Lottery for {self.policy!r} ({self.kind}, cap {self.cap:g}): "
            f"{self.expected_dyads:.2f} expected dyads of {n} mentees and {m} mentors, none "
            f"likelier than {self.probability.max(initial=0):.2f}; the expected score is "
            f"{self.price:.1%} of the optimum"
        )

    @property
    def price(self) -> float:
        """Expected joint score as a share of the optimum; 1 if the optimum is zero."""
        return self.value / self.optimum if self.optimum else 1.0

    @property
    def expected_dyads(self) -> float:
        """Expected number of dyads."""
        return float(self.probability.sum())

    @property
    def support(self) -> int:
        """Number of dyads that can be drawn."""
        return int((self.probability > 0).sum())

    @property
    def entropy(self) -> float:
        """Sum of ``-p log(p)`` over all dyads, in nats; larger is more spread."""
        p = self.probability[self.probability > 0]
        return float(-(p * np.log(p)).sum()) + 0.0

    @property
    def largest_of_mentees(self) -> pd.Series:
        """Chance of each mentee's likeliest dyad, by id."""
        return pd.Series(self.probability.max(axis=1, initial=0), index=self.mentee_ids)

    @property
    def largest_of_mentors(self) -> pd.Series:
        """Chance of each mentor's likeliest dyad, by id."""
        return pd.Series(self.probability.max(axis=0, initial=0), index=self.mentor_ids)

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each dyad that can be drawn, by the ids of its people."""
        i, j = self._ordered().cells.T
        values = (self.mentee_ids[i], self.mentor_ids[j], self.probability[i, j])
        return pd.DataFrame(dict(zip(LOTTERY_COLUMNS, values, strict=True)))

    def _ordered(self) -> "_Edges":
        # In the order of the ids, so that chance does not depend on the order of the rows.
        rows, columns = (
            np.argsort(ids.to_numpy(str), kind="stable")
            for ids in (self.mentee_ids, self.mentor_ids)
        )
        chance = self.probability[np.ix_(rows, columns)]
        ends = np.argwhere(chance > 0)
        cells = np.column_stack([rows[ends[:, 0]], columns[ends[:, 1]]])
        return _Edges(cells, ends, chance[ends[:, 0], ends[:, 1]])

    def draw_many(self, n_draws: int, rng: np.random.Generator) -> Draws:
        """Draw matchings independently of each other.

        Parameters
        ----------
        n_draws : int
            How many, one or more.
        rng : numpy.random.Generator
            Chance. The order of the rows and columns plays no part.

        Returns
        -------
        Draws
            Which of the possible dyads each draw has. Every dyad has exactly its chance, and
            every person the whole number of dyads below or above their expected number.

        Raises
        ------
        PairingError
            If ``n_draws`` is not one or more.
        """
        what = f"`n_draws` must be a whole number of one or more; got {n_draws!r}."
        must(isinstance(n_draws, int | np.integer) and n_draws >= 1, what, PairingError)
        edges = self._ordered()
        units = units_of(edges.chance)
        drawn = round_many(units, edges.ends, bits=BITS, n_draws=int(n_draws), rng=rng)
        return Draws(self.mentee_ids, self.mentor_ids, edges.cells, edges.chance, drawn)

    def draw_cells(self, rng: np.random.Generator) -> NDArray[np.intp]:
        """Draw one matching as cells: row of the mentee and column of the mentor of each dyad."""
        draws = self.draw_many(1, rng)
        cells: NDArray[np.intp] = draws.cells[draws.drawn[0]]
        return cells

    def draw(self, compatibility: Compatibility, rng: np.random.Generator) -> Matching:
        """Draw one matching, with the scores and ranks of a compatibility.

        Parameters
        ----------
        compatibility : Compatibility
            Of the same people, in any order.
        rng : numpy.random.Generator
            Chance.

        Raises
        ------
        PairingError
            If the people differ, or the lottery gives a dyad that the compatibility forbids.
        """
        places = []
        for side in ("mentee", "mentor"):
            own, theirs = getattr(self, f"{side}_ids"), getattr(compatibility, f"{side}_ids")
            same = len(own) == len(theirs) and set(own) == set(theirs)
            what = f"the lottery and the compatibility must have the same {side}s."
            must(same, what, PairingError)
            places.append(theirs.get_indexer(own))
        fit = compatibility.select(*places)
        return matching_from_cells(fit, self.draw_cells(rng), policy=self.policy)
