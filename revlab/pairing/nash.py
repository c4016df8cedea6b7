"""Matching mechanism of a planner who looks at the product of the scores."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from revlab.errors import PairingError, must
from revlab.pairing.assignment import OptimalAssignment
from revlab.pairing.compatibility import Compatibility

__all__ = ["NashWelfare"]


@dataclass(frozen=True)
class NashWelfare:
    """Make the product of the dyads' joint scores as large as possible.

    First the number of dyads is the largest possible; among such matchings the product of
    ``score + shift`` over the dyads is. A product lies between the total, which does not care
    who has it, and the worst-off first: doubling a low score counts as much as doubling a high
    one. The welfare is that of *dyads*, not of people: somebody with two dyads counts twice
    (the product over people of what all their dyads add up to is another, much harder problem).

    With ``shift=0`` a single score of zero would make every product zero; then, as usual, the
    number of dyads with a positive score is made the largest first, and the product is taken
    over them. It does not depend on the unit of the scores. With a positive shift it does, and
    a score of zero counts as ``shift``: the larger the shift, the nearer the result is to the
    largest total. The product is the largest up to one part in a million. Ties are broken by
    ``rng`` as in `OptimalAssignment`.

    Parameters
    ----------
    shift : float
        What is added to every score, in units of the score, zero or more.
    weight : float
        Weight of the mentee's score in the joint score, between 0 and 1.

    Raises
    ------
    PairingError
        If the shift is not a number of zero or more.

    References
    ----------
    Caragiannis, Kurokawa, Moulin, Procaccia, Shah and Wang 2019, The unreasonable fairness of
    maximum Nash welfare, ACM Transactions on Economics and Computation 7:12. With one place
    each and the number of dyads fixed, the sum of the logarithms is an assignment problem.

    Examples
    --------
    >>> scores = Compatibility.from_scores([[1.0, 0.6], [0.5, 0.2]])
    >>> NashWelfare()(scores, np.random.default_rng(1)).tolist()
    [[0, 1], [1, 0]]
    >>> NashWelfare(shift=1.0)(scores, np.random.default_rng(1)).tolist()
    [[0, 0], [1, 1]]
    """

    shift: float = 0.0
    weight: float = 0.5

    def __post_init__(self) -> None:
        must(
            bool(np.isfinite(self.shift)) and self.shift >= 0,
            f"`shift` must be a finite number of zero or more; got {self.shift}.",
            PairingError,
        )

    def __call__(self, compatibility: Compatibility, rng: np.random.Generator) -> NDArray[np.intp]:
        """Return the chosen cells."""
        capacity = compatibility.mentee_capacity, compatibility.mentor_capacity
        most = min(
            np.minimum(own, other).sum()
            for own, other in zip(capacity, compatibility.shape[::-1], strict=True)
        )
        logs = Compatibility.from_scores(
            self._logs(compatibility, int(most)),
            eligible=compatibility.eligible,
            mentee_capacity=compatibility.mentee_capacity,
            mentor_capacity=compatibility.mentor_capacity,
        )
        return OptimalAssignment("pairs")(logs, rng)

    def _logs(self, compatibility: Compatibility, most: int) -> NDArray[np.float64]:
        """Return the logarithms, raised so that none is negative.

        The number of dyads is fixed, so adding the same to all changes nothing.
        """
        shifted = compatibility.joint(self.weight).astype(np.float64, copy=False) + self.shift
        counts = compatibility.eligible & (shifted > 0)
        logs = np.log(shifted, where=counts, out=np.zeros_like(shifted))
        lowest = float(logs.min(initial=np.inf, where=counts))
        spread = float(logs.max(initial=-np.inf, where=counts)) - lowest
        if not counts.any():
            return logs
        # One more dyad above zero is worth more than all that the others can make up for.
        zeros = bool((compatibility.eligible & ~counts).any())
        bonus = (most + 1) * (spread or 1.0) if zeros else 0.0
        return np.where(counts, logs - lowest + bonus, 0.0)
