"""The residual graph of a matching: every way to change it.

Nothing here is shared with the mechanisms. The nodes are the mentees, the mentors and one node
that stands for nobody. A step from a mentee to a mentor makes a dyad, a step back ends one; a
step from nobody takes a free place and a step to nobody leaves one free. A closed walk is a
change of the matching, and its length is the total score that this change costs (Ahuja, Magnanti
and Orlin 1993, Network flows, chapters 5 and 9).
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from revlab.errors import PairingError, must, one_of
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.matching import Matching
from revlab.pairing.standing import standing

__all__ = ["AIMS", "ResidualGraph", "changes_of", "dyad_bonus", "largest_score", "residual_of"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Nodes = NDArray[np.intp]
Cells = NDArray[np.intp]
AIMS = ("score", "pairs")
"""What comes first: the total score, or the number of dyads and then the total score."""


@dataclass(frozen=True, eq=False)
class ResidualGraph:
    """A matching and what may be changed in it.

    Parameters
    ----------
    worth : array of float, shape (n_mentees, n_mentors)
        What each dyad adds to the total.
    together : array of bool, same shape
        The dyads that were made.
    possible : array of bool, same shape
        The dyads that may be made: allowed and in one pool.
    mentee_capacity, mentor_capacity : array of int
        Most dyads of each person.
    """

    worth: Floats
    together: Mask
    possible: Mask
    mentee_capacity: NDArray[np.int64]
    mentor_capacity: NDArray[np.int64]

    @property
    def nobody(self) -> int:
        """Number of the node that stands for nobody; mentees come first, then the mentors."""
        return sum(self.worth.shape)

    @cached_property
    def cost(self) -> Floats:
        """Length of the step from a mentee to a mentor; infinite where there is none."""
        cost: Floats = np.where(self.possible & ~self.together, -self.worth, np.inf)
        return cost

    def room(self, side: str) -> Mask:
        """Mark who has a free place on one side."""
        axis = 1 if side == "mentee" else 0
        room: Mask = getattr(self, f"{side}_capacity") > self.together.sum(axis=axis)
        return room

    @property
    def reversed(self) -> "ResidualGraph":
        """The graph with all steps turned round, in which the sides change places."""
        tables = (self.worth.T, self.together.T, self.possible.T)
        return ResidualGraph(*tables, self.mentor_capacity, self.mentee_capacity)

    def steps(self, walk: Nodes) -> tuple[Cells, Cells]:
        """Return the cells of the dyads that a walk makes, and of those that it ends."""
        n, nobody = self.worth.shape[0], self.nobody
        made, ended = [], []
        for tail, head in zip(walk[:-1].tolist(), walk[1:].tolist(), strict=True):
            if tail < n <= head < nobody:
                made.append((tail, head - n))
            elif head < n <= tail < nobody:
                ended.append((head, tail - n))
        new, over = (np.array(cells, dtype=np.intp).reshape(-1, 2) for cells in (made, ended))
        return new, over

    def after(self, walk: Nodes) -> "ResidualGraph":
        """Return the graph of the matching that a closed walk leads to."""
        new, over = self.steps(walk)
        together = self.together.copy()
        together[new[:, 0], new[:, 1]] = True
        together[over[:, 0], over[:, 1]] = False
        return replace(self, together=together)


def residual_of(
    compatibility: Compatibility, matching: Matching, *, aim: str = "score"
) -> ResidualGraph:
    """Return the residual graph of a matching.

    Raises
    ------
    PairingError
        If the matching names strangers or exceeds a capacity.

    Examples
    --------
    >>> from revlab.pairing.cells import matching_from_cells
    >>> fit = Compatibility.from_scores([[0.9, 0.8]])
    >>> made = matching_from_cells(fit, np.array([[0, 0]]), policy="by hand")
    >>> residual_of(fit, made).cost.tolist()
    [[inf, -0.8]]
    """
    sides = standing(compatibility, matching)
    for side, view in sides.items():
        over = getattr(compatibility, f"{side}_ids")[view.room < 0].tolist()
        message = (
            f"{side} {over[:1]} has more dyads than the capacity allows; judge the matching by the "
            "compatibility that the policy used."
        )
        must(not over, message, PairingError)
    mentee = sides["mentee"]
    # In double precision: the proof adds and compares what many paths bring.
    worth = np.asarray(compatibility.joint(), dtype=float) + dyad_bonus(compatibility, aim)
    capacity = (compatibility.mentee_capacity, compatibility.mentor_capacity)
    return ResidualGraph(worth, mentee.together, mentee.within_reach, *capacity)


def changes_of(compatibility: Compatibility, graph: ResidualGraph, walk: Nodes) -> pd.DataFrame:
    """Return the dyads that a walk makes and ends: ``change, mentee_id, mentor_id, score``.

    Examples
    --------
    >>> one = np.ones((1, 1), dtype=bool)
    >>> fit = Compatibility.from_scores([[0.7]])
    >>> graph = ResidualGraph(fit.joint(), ~one, one, fit.mentee_capacity, fit.mentor_capacity)
    >>> changes_of(fit, graph, np.array([2, 0, 1, 2])).values.tolist()
    [['new', 'mentee1', 'mentor1', 0.7]]
    """
    new, ended = (cells[np.lexsort(cells.T[::-1])] for cells in graph.steps(walk))
    i, j = np.concatenate([new, ended]).T
    return pd.DataFrame(
        {
            "change": ["new"] * len(new) + ["ended"] * len(ended),
            "mentee_id": compatibility.mentee_ids[i],
            "mentor_id": compatibility.mentor_ids[j],
            "score": compatibility.joint()[i, j],
        }
    )


def largest_score(compatibility: Compatibility) -> float:
    """Return the largest joint score of an allowed dyad; one if there is none above zero.

    Examples
    --------
    >>> largest_score(Compatibility.from_scores([[0.2, 0.4]]))
    0.4
    """
    return float(compatibility.joint().max(initial=0.0, where=compatibility.eligible)) or 1.0


def dyad_bonus(compatibility: Compatibility, aim: str) -> float:
    """Return what a dyad counts beside its score: more than all scores if pairs come first.

    Raises
    ------
    OptionError
        If there is no such aim.

    Examples
    --------
    >>> round(dyad_bonus(Compatibility.from_scores([[0.2, 0.4]]), "pairs"), 3)
    0.8
    """
    if one_of("aim", aim, AIMS) == "score":
        return 0.0
    most = min(int(compatibility.mentee_capacity.sum()), int(compatibility.mentor_capacity.sum()))
    return (most + 1) * largest_score(compatibility)
